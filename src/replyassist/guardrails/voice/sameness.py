"""What makes a reply sound like a bot: the question said back, and the same words again and again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise, takewhile

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding
from replyassist.guardrails.text import normalise, sentence_spans
from replyassist.guardrails.voice.greeting import body_start
from replyassist.guardrails.voice.standing import standing
from replyassist.guardrails.words import content_words

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_ASKS = re.compile(
    r"\W*(?:(?:hi|hey|hello|so|and|but|please)\W+)?(?:who|what|when|where|why|how|which|do|does|did|is|are|can|could"
    r"|will|would|should|may|has|have)\b",
    re.IGNORECASE,
)
_SAYS_BACK = re.compile(
    r"\W*(?:so\W+)?(?:you(?:['’]d| would)? (?:like|ask(?:ed)?|want(?:ed)?|wonder(?:ed)?|wish)"
    r"|you(?:['’]re| are) (?:asking|wondering|looking|interested)"
    r"|your (?:question|message|request)|regarding|concerning|as for|with regard to"
    r"|(?:i|we) (?:see|understand|hear|gather) (?:that )?you)\b",
    re.IGNORECASE,
)
_ECHO_WORDS = 2  # content words in common; with one, "Norway?" would be an echo
_FROM_TEMPLATE = 0.8  # share of the sentence's words; such a sentence answers, though the message has its words too
_ALIKE = 0.6  # Jaccard index of word pairs; two replies to one template with other first sentences stay below it
_OPENING_WORDS = 3


def echo(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report a first sentence that only says the message's question back.

    That is a question with the message's words, or a sentence such as "You want to know whether ...". An answer in
    the message's words ("No, there is no parking at the bar") is none, nor is taking up what somebody tells.
    """
    most = context.voice.echo_max
    body = body_start(text)
    span = next((found for found in sentence_spans(text) if found[1] > body), None)
    if most is None or span is None:
        return
    start, end = max(body, span[0]), span[1]
    frame = _SAYS_BACK.match(text, start, end)
    said = content_words(text[frame.end() if frame else start : end])
    is_question = text[start:end].rstrip().endswith(("?", "？"))
    if not (frame or is_question) or len(said) < _ECHO_WORDS or _share(said, _asked(context.message.text)) < most:
        return
    if _share(said, content_words(context.template_text)) >= _FROM_TEMPLATE:
        return
    yield report(
        text,
        (start, end),
        rule="voice.echo",
        severity=standing(context.voice.severities.echo),
        explanation="The first sentence only repeats the message. Please begin with the answer.",
    )


def _asked(message: str) -> tuple[str, ...]:
    """The content words of the sentences that ask something."""
    sentences = [message[start:end] for start, end in sentence_spans(message)]
    asking = [one for one in sentences if one.rstrip()[-1:] in ("?", "？") or _ASKS.match(one)]
    return content_words(" ".join(asking))


def _share(words: tuple[str, ...], others: tuple[str, ...]) -> float:
    return sum(word in others for word in words) / len(words)


def repetition(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report a reply, or an opening, that the thread's last replies have had already."""
    most = context.voice.similar_replies_max
    if _in_a_row(context.message.earlier_replies, lambda other: similarity(text, other) >= _ALIKE) >= most:
        yield _again(
            text, (0, len(text)), "similar_reply", f"The last {most} replies here said nearly the same.", context
        )
        return
    most, opening = context.voice.same_openings_max, _opening(text)
    if opening and _in_a_row(context.message.earlier_replies, lambda other: _opening(other) == opening) >= most:
        explanation = f"The last {most} replies here began with these words."
        yield _again(text, (body_start(text), _opening_end(text)), "same_opening", explanation, context)


def similarity(text: str, other: str) -> float:
    """How alike two replies are without their greetings: Jaccard index of their pairs of words, 0 to 1."""
    ours, theirs = _pairs(text), _pairs(other)
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def _pairs(text: str) -> set[tuple[str, str]]:
    words = _TOKEN.findall(normalise(text[body_start(text) :]).text)
    return set(pairwise(words))


def _opening(text: str) -> tuple[str, ...]:
    words = tuple(_TOKEN.findall(normalise(text[body_start(text) :]).text)[:_OPENING_WORDS])
    return words if len(words) == _OPENING_WORDS else ()


def _opening_end(text: str) -> int:
    """Where the words of the opening end in the text."""
    words = re.finditer(r"[^\W_]+(?:['’][^\W_]+)?", text[body_start(text) :])
    ends = [match.end() for match, _ in zip(words, range(_OPENING_WORDS), strict=False)]
    return body_start(text) + ends[-1] if ends else len(text)


def _in_a_row(recent: tuple[str, ...], is_alike: Callable[[str], bool]) -> int:
    """How many of the newest replies are alike, up to the first that is not."""
    return sum(1 for _ in takewhile(is_alike, recent))


def _again(text: str, span: tuple[int, int], name: str, explanation: str, context: CheckContext) -> Finding:
    severity = standing(context.voice.severities.repetition)
    return report(text, span, rule=f"voice.{name}", severity=severity, explanation=explanation)
