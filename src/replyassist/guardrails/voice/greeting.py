"""A reply greets its author by name, and nobody else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from replyassist.core.word_lists import words_of
from replyassist.drafting.address_words import words_for
from replyassist.drafting.names import first_name
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.text import normalise, sentence_spans
from replyassist.guardrails.voice.standing import standing

_NAME = r"[^\W\d_][\w'’-]*\.?(?:[ \u00a0][^\W\d_][\w'’-]*){0,2}"
_THANKS = re.compile(
    rf"\W*(?:(?i:thanks|thank you|sorry|cheers|welcome)(?i: so much| a lot| again)?),?[ \u00a0](?P<name>{_NAME})"
)
_SET_APART = r"[^\w,.!?;:'\"()-]"
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam"})
_NO_NAMES = words_of(
    """
    a about absolutely again all alle allerseits also amigos and any anyone as at but by can coffee congratulations
    could customer customers do does everybody everyone fellow folk folks for friend friends from gang glad good
    great guys happy have here hope how however i i'm if in is it it's just ladies let let's leute lovelies lovely
    madam madame monsieur morning my neighbour no not now of oh ok okay on our ours people please really sir so
    sorry sure team thank thanks that that's the their there these they this those to today todos tutti
    unfortunately very we we'd we'll we're we've welcome well welt what when where which who why will with yeah yep
    yes you you'd you'll you're you've your zusammen
    """
)


@lru_cache(maxsize=1)
def _hello() -> re.Pattern[str]:
    """A greeting and who may be greeted."""
    return re.compile(rf"\W*(?:{_hello_words()})(?:(?P<comma>,)|{_SET_APART}){_SET_APART}*(?P<name>{_NAME})")


@lru_cache(maxsize=1)
def _greeting() -> re.Pattern[str]:
    """A greeting up to its end."""
    return re.compile(
        rf"\W*(?:{_hello_words()})(?![\w'’])(?:,?[^\S\n]?[^.!?,:;\n—–-]{{0,40}})(?:[.!?,:]+|[—–-]|(?=\n)|$)"
    )


def _hello_words() -> str:
    """The greetings of every language, as the source of a pattern."""
    listed = sorted(words_for("greetings"), key=len, reverse=True)
    return f"(?i:{'|'.join(map(re.escape, listed))})"


def greeted_name(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block a greeting by another name than the author's; warn where the name cannot be known."""
    for start, end in _greeted(text):
        name = text[start:end]
        own = _parts(f"{context.message.author_name or ''} {context.message.author_handle or ''}")
        if _matches(name, own):
            continue
        heard = _matches(name, _parts(" ".join(context.untrusted_texts)), exactly=True)
        if heard and not own:
            continue
        yield report(
            text,
            (start, end),
            rule="draft.wrong_name",
            severity=Severity.BLOCK if own and not heard else Severity.WARN,
            explanation=_explanation(name, context.message.author_name),
        )


def greets_by_name(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report a greeting without the author's name where the brand greets by name and knows it."""
    start, end = nameless_greeting(text, context)
    if start < end:
        yield report(
            text,
            (start, end),
            rule="voice.greeting",
            severity=standing(context.voice.severities.greeting),
            explanation=f'{context.voice.name} greets by name, and the author is "{context.message.author_name}".',
        )


def nameless_greeting(text: str, context: CheckContext) -> tuple[int, int]:
    """Where the reply greets without the known name of its author; an empty span where all is well."""
    greeting = _greeting().match(text)
    if not context.voice.greet_by_name or greeting is None or first_name(context.message.author_name) is None:
        return (0, 0)
    start = len(text) - len(text.lstrip())
    if any(span[0] < greeting.end() for span in _greeted(text)):
        return (0, 0)
    own = _parts(f"{context.message.author_name or ''} {context.message.author_handle or ''}")
    return (0, 0) if _parts(greeting[0]) & own else (start, greeting.end())


def body_start(text: str) -> int:
    """Where the reply goes on after its greeting; 0 where it has none."""
    greeting = _greeting().match(text)
    if greeting is None:
        return 0
    return len(text) - len(text[greeting.end() :].lstrip())


def _explanation(name: str, author_name: str | None) -> str:
    if author_name:
        return f'The reply speaks to "{name}", but the author is "{author_name}".'
    return f'The reply speaks to "{name}", but the name of the author is not known.'


def _greeted(text: str) -> Iterator[tuple[int, int]]:
    for index, (start, end) in enumerate(sentence_spans(text)):
        match = _hello().match(text, start, end) if index == 0 else None
        must_stop = match is None or match["comma"] is not None
        match = match or _THANKS.match(text, start, end)
        if match is None:
            continue
        span = _capitalised(text, match.start("name"), match.end("name"))
        stops = text[span[1] : span[1] + 1] in (",", "!", ".", ":", "")
        if span[0] < span[1] and (stops or not must_stop):
            yield span


def _capitalised(text: str, start: int, end: int) -> tuple[int, int]:
    """The leading words that can be a name: capitals, no common words, titles skipped."""
    first = last = start
    for match in re.finditer(r"\S+", text[start:end]):
        word = normalise(match[0]).text.strip(".")
        if word in _TITLES:
            if last == start:
                first = last = min(end, start + match.end() + 1)
            continue
        if not match[0][0].isupper() or word in _NO_NAMES:
            break
        last = start + match.end()
    return first, max(first, last - (text[last - 1 : last] == "."))


def _parts(name: str) -> frozenset[str]:
    """The words of a name without accents; a handle such as ``niamh_makes`` has two."""
    decomposed = unicodedata.normalize("NFKD", normalise(name).text)
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return frozenset(re.findall(r"[^\W\d_]+", bare))


def _matches(name: str, own: frozenset[str], *, exactly: bool = False) -> bool:
    """Whether any word of the greeted name is the author's, or a short form of it such as Bea for Beatrice."""
    greeted = _parts(name)
    if greeted & own or exactly:
        return bool(greeted & own)
    return any(
        len(short) >= 3 and (long.startswith(short))
        for word in greeted
        for part in own
        for short, long in ((word, part), (part, word))
    )
