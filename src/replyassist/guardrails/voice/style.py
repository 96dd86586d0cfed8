"""How a reply looks: emoji, exclamation marks, capitals and hashtags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import emoji

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding
from replyassist.guardrails.voice.protected import address_spans
from replyassist.guardrails.voice.standing import standing

Span = tuple[int, int]

_MAY_HOLD_EMOJI = re.compile(r"(?:[0-9#*]\ufe0f?\u20e3|[^\x00-\u02ff])+")
_NOT_EMOJI = frozenset("©®™ℹ")
_VARIANTS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_EXCLAMATION = re.compile("[!！‼⁉❗❕]")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HASHTAG = re.compile(r"(?<![\w/&#])#(?=\w*[^\W\d_])\w+")
_SHOUTING_SHARE = 0.5


def emoji_use(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report more emoji than the brand allows, and of emoji that are not on its list."""
    rules = context.voice.emoji
    found = list(emoji_spans(text))
    if len(found) > rules.max:
        allowed = f"at most {rules.max} emoji" if rules.max else "no emoji"
        yield report(
            text,
            (found[rules.max][0], found[-1][1]),
            rule="voice.emoji_count",
            severity=standing(context.voice.severities.emoji),
            explanation=f"{context.voice.name} uses {allowed} in a reply; this one has {len(found)}.",
        )
    for start, end in found:
        if not is_permitted(text[start:end], context):
            yield report(
                text,
                (start, end),
                rule="voice.emoji_not_allowed",
                severity=standing(context.voice.severities.emoji),
                explanation=f"{text[start:end]} is not one of the emoji that {context.voice.name} uses.",
            )


def is_permitted(one: str, context: CheckContext) -> bool:
    """Whether this emoji, in any skin tone, is on the brand's list; without a list all are."""
    permitted = {_VARIANTS.sub("", other) for other in context.voice.emoji.allowed}
    return not permitted or _VARIANTS.sub("", one) in permitted


def emoji_spans(text: str) -> Iterator[Span]:
    """Where the emoji are; signs of law such as ™ are none."""
    for stretch in _MAY_HOLD_EMOJI.finditer(text):
        for one in emoji.emoji_list(stretch[0]):
            if _VARIANTS.sub("", str(one["emoji"])) not in _NOT_EMOJI:
                yield stretch.start() + int(one["match_start"]), stretch.start() + int(one["match_end"])


def exclamations(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report more exclamation marks than the brand allows."""
    most = context.voice.exclamations_max
    found = exclamation_spans(text)
    if len(found) > most:
        yield report(
            text,
            found[most],
            rule="voice.exclamations",
            severity=standing(context.voice.severities.exclamations),
            explanation=f"The brand uses at most {most} exclamation mark(s); this reply has {len(found)}.",
        )


def exclamation_spans(text: str) -> list[Span]:
    """Where the exclamation marks are, but for those inside links."""
    links = address_spans(text)
    found = [match.span() for match in _EXCLAMATION.finditer(text)]
    return [span for span in found if not any(start <= span[0] < end for start, end in links)]


def capitals(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report longer runs of words in capitals than the brand allows; known acronyms do not count."""
    for span in capital_runs(text, context):
        yield report(
            text,
            span,
            rule="voice.capitals",
            severity=standing(context.voice.severities.capitals),
            explanation="Several words in capitals read like shouting.",
        )


def capital_runs(text: str, context: CheckContext) -> Iterator[Span]:
    """Runs of words in capitals that are longer than the brand allows."""
    known = acronyms(context)
    run: list[re.Match[str]] = []
    for match in (*WORD.finditer(text), None):
        if match and match[0].isupper():
            if len(match[0]) >= 3 and match[0] not in known:
                run.append(match)
            continue
        if len(run) > context.voice.capitals_max_run:
            yield run[0].start(), run[-1].end()
        run = []


def acronyms(context: CheckContext) -> frozenset[str]:
    """Words in capitals in the template, and in the message unless the message shouts."""
    known = {word for word in WORD.findall(context.template_text) if word.isupper()}
    for heard in context.untrusted_texts:
        words = WORD.findall(heard)
        loud = [word for word in words if word.isupper()]
        if len(loud) < len(words) * _SHOUTING_SHARE:
            known.update(loud)
    return frozenset(known)


def hashtag_spans(text: str) -> list[Span]:
    """Where the hashtags are; order numbers and parts of addresses are none."""
    return [match.span() for match in _HASHTAG.finditer(text)]


def hashtags(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report more hashtags than the brand allows."""
    most = context.voice.hashtags_max
    found = hashtag_spans(text)
    if len(found) > most:
        yield report(
            text,
            (found[most][0], found[-1][1]),
            rule="voice.hashtags",
            severity=standing(context.voice.severities.hashtags),
            explanation=f"The brand uses at most {most} hashtag(s); this reply has {len(found)}.",
        )
