"""Finds what writers put where they did not know yet what to write, and greetings that lost their name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from .missing import missing_values_in
from .words import any_of, words

_LONG = re.compile(r"(?<![\w/.])(?:x{4,}|lorem ipsum)(?!\w)|(?<![\w*>^-])_{3,}(?![\w*<^-])", re.IGNORECASE)
_CAPITAL = re.compile(r"(?<![\w-])X{2,3}(?![\w-])")
_SMALL = re.compile(r"(?<![\w-])x{2,3}(?![\w-])")
_MONEY = ("€", "$", "£", "¥", "%")
NEAR = 60  # characters on either side that are looked at
_NOBODY = "none|null|undefined|nan|unknown"


def fillers_in(text: str) -> Iterator[tuple[int, int]]:
    """Places such as ``XX``, ``TBD``, ``____`` and lorem ipsum; sizes, numerals and kisses are none."""
    yield from (match.span() for match in _LONG.finditer(text))
    yield from missing_values_in(text)
    for pattern, is_filler in ((_CAPITAL, _is_open), (_SMALL, _lacks_a_number), (_todo(), _is_note)):
        for match in pattern.finditer(text):
            before, after = text[max(0, match.start() - NEAR) : match.start()], text[match.end() : match.end() + NEAR]
            if is_filler(before, after):
                yield match.span()


def empty_greetings_in(text: str) -> Iterator[tuple[int, int]]:
    """Places such as ``Hi ,`` and ``Dear None,``, from the greeting to the mark after it."""
    yield from (match.span("all") for match in _empty().finditer(text))


def _is_open(before: str, after: str) -> bool:
    """Whether ``XX`` is neither a size nor a numeral."""
    known = words()
    if re.search(r"\b[XSML]{1,4}\s*(?:/|,|-|–)\s*$", before):
        return False
    last, following = re.findall(r"[^\W_]+", before)[-1:], re.findall(r"[^\W_]+", after)[:1]
    return not (
        known.sizes.union(known.numerals).intersection(word.lower() for word in last)
        or known.numerals.intersection(word.lower() for word in following)
    )


def _lacks_a_number(before: str, after: str) -> bool:
    """Whether ``xx`` stands where a number or a name belongs, and is not a kiss."""
    before, after = before.rstrip(" \t"), after.lstrip(" \t")
    if (
        before.endswith(_MONEY)
        or after.startswith(_MONEY)
        or re.match(r"[:/.]x", after)
        or re.search(r"x[:/.]$", before)
    ):
        return True
    following = re.match(r"[^\W\d_]+", after)
    is_greeted = after.startswith((",", "!")) and _greeting_before().search(before)
    return bool(is_greeted) or bool(following and following[0].lower() in words().units)


def _is_note(before: str, after: str) -> bool:
    """Whether "TODO" is a note: among other capitals it is the Spanish word for everything."""
    others = re.findall(r"[^\W\d_]{2,}", before.rsplit("\n", 1)[-1] + " " + after.split("\n", 1)[0])
    return len(others) < 2 or not all(word.isupper() for word in others)


@cache
def _greeting_before() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\n.!?])\s*{any_of(words().greetings)}$", re.IGNORECASE)


@cache
def _todo() -> re.Pattern[str]:
    """Whole words; a word that is also an ordinary one somewhere ("todo") counts in capitals only."""
    return re.compile(
        rf"(?<![\w/.#@-])(?:{any_of(word.upper() for word in words().todo)}|tbd|fixme|(?<=:\s)tb[ac])(?![\w-])"
    )


@cache
def _empty() -> re.Pattern[str]:
    known = words()
    spaced = any_of(known.greetings_before_space)
    others = any_of(known.greetings - known.greetings_before_space)
    start = r"(?:^|(?<=[\n.!?]))[^\w\n]{0,5}"
    return re.compile(
        rf"{start}(?P<all>(?:{spaced}[^\S\n]+,|{others}(?:[^\S\n]+[,!]|,[^\S\n]*,)"
        rf"|{any_of(known.greetings)}[^\S\n]+(?:{_NOBODY}|x(?=\s?,))[^\S\n]{{0,5}}(?:[,!.:]|(?=\n|$))))",
        re.IGNORECASE,
    )
