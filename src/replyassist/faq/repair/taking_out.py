"""Takes out what is filled in for each customer elsewhere: greetings by name, signatures, order numbers.

A draft greets and signs by itself, so that nothing is lost. What does not stand where its meaning is plain stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from .fillers import empty_greetings_in
from .marks import AGENT, CUSTOMER, ORDER, OTHER
from .words import any_of, words

_NAME = f"[{CUSTOMER}{AGENT}{OTHER}]"
_ANY, _SOME, _SPACE = r"[^\S\n]{0,9}", r"[^\S\n]{1,9}", r"\s{0,9}"  # bounded: these meet any text
_SENTENCE_START = r"(?P<start>^|[.!?…]\s{1,9}|\n\s{0,9})"
MOST_SIGNED_LINES, MOST_SIGNED_WORDS, MOST_SIGNED_ON_A_LINE = 5, 14, 4
"""How long a signature is at most; more is a sentence that begins with thanks."""


def without_greeting(text: str) -> str:
    """Without a greeting that names a gap."""
    match = _greeting().match(text)
    return text if match is None else _capitalised(text[match.end() :].lstrip())


def without_empty_greeting(text: str) -> str:
    """Without a greeting at the beginning that has lost its name."""
    start, end = next(iter(empty_greetings_in(text)), (-1, -1))
    if start < 0 or text[:start].strip():
        return text
    return _capitalised(text[end:].lstrip(" ,!\t\n"))


def without_signature(text: str) -> str:
    """Without a closing that names a gap, and without lines at the end that are a gap alone."""
    for match in reversed(list(_closing().finditer(text))):
        start = match.start("closing")
        if _is_signature(text[start:], after=match.end() - start) and text[:start].strip():
            return text[:start].rstrip()
    return _lone_names().sub("", text)


def _is_signature(block: str, *, after: int) -> bool:
    """Whether the block from a closing to the end is a short one with a gap; thanks to a customer are none."""
    lines = block.strip().split("\n")
    said = len(re.findall(r"\w+", block[after:]))
    if not re.search(_NAME, block) or len(lines) > MOST_SIGNED_LINES:
        return False
    if len(lines) == 1:
        return said <= MOST_SIGNED_ON_A_LINE and not re.search(f"[{CUSTOMER}].*[!.?]", block)
    return said <= MOST_SIGNED_WORDS


def without_names(text: str) -> str:
    """Without names of gaps by which somebody is addressed or introduced, where the sentence stays whole."""
    for pattern in (_introduction(), _leading_name()):
        text = pattern.sub(lambda match: match["start"] + match["next"].upper(), text)
    text = _thanked().sub(lambda match: match["thanks"], text)
    return re.sub(
        rf"{_ANY},{_ANY}[{CUSTOMER}](?:{_SOME}[{CUSTOMER}])*(?={_SPACE}(?:[.!?,;:)\n]|$))",
        "",
        text,
    )


def without_order_numbers(text: str) -> str:
    """Without order and ticket numbers behind "your order" and the like, or alone in brackets or in a line."""
    text = _numbered().sub(lambda match: match["noun"], text)
    return _number_line().sub("", text)


STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("signature taken out", without_signature),
    ("greeting taken out", without_greeting),
    ("name taken out", without_names),
    ("order number taken out", without_order_numbers),
)
"""What each step did, in words, and the step; all work on marked texts."""


@cache
def _greeting() -> re.Pattern[str]:
    titles = any_of(words().honorifics | {"there"})
    return re.compile(
        rf"{_SPACE}{any_of(words().greetings)}(?:{_SOME}{titles}\.?)*{_ANY},?"
        rf"{_ANY}{_NAME}(?:{_ANY}[,/.]?{_ANY}{_NAME})*"
        rf"{_ANY}(?:[,!.:;…]+|[–—-]+(?=\s)|(?=\n)|$)",
        re.IGNORECASE,
    )


@cache
def _closing() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|\n|(?<=[.!?…])[^\S\n]){_ANY}(?P<closing>{any_of(words().closings)}"
        rf"(?:{_ANY}[,.!–—-]|{_ANY}\n|{_SOME}(?={_NAME})))",
        re.IGNORECASE,
    )


@cache
def _lone_names() -> re.Pattern[str]:
    """Lines of a gap alone, with at most two short lines after them."""
    name = f"[{CUSTOMER}{AGENT}]"
    return re.compile(
        rf"(?:\n{_ANY}[–—-]*{_ANY}{name}(?:{_SOME}{name})*{_ANY}[,.]?)+(?={_SPACE}(?:\n.{{0,40}}){{0,2}}$)"
    )


@cache
def _introduction() -> re.Pattern[str]:
    return re.compile(
        rf"{_SENTENCE_START}{any_of(words().introductions)}\s+[{CUSTOMER}{AGENT}]"
        rf"(?:\s+[{CUSTOMER}{AGENT}])*(?:[^.!?\n]{{0,60}}[.!?]{_SPACE}|\n{_SPACE})(?P<next>\w?)",
        re.IGNORECASE,
    )


@cache
def _leading_name() -> re.Pattern[str]:
    return re.compile(rf"{_SENTENCE_START}[{CUSTOMER}](?:{_SOME}[{CUSTOMER}])*{_ANY}[,!:]{_SPACE}(?P<next>\w?)")


@cache
def _thanked() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<thanks>(?<!\w){any_of(words().thanks)}){_ANY},?{_ANY}[{CUSTOMER}](?:{_SOME}[{CUSTOMER}])*",
        re.IGNORECASE,
    )


@cache
def _numbered() -> re.Pattern[str]:
    known = words()
    numbers = rf"(?:{_ANY}[(#:]*{_ANY}(?:{any_of(known.number | known.order)}\b\.?)?{_ANY}[#:(]*{_ANY})"
    owners = any_of(word for word in known.filler if len(word) > 1)
    return re.compile(
        rf"(?P<noun>(?<!\w){owners}{_SOME}{any_of(known.order | known.case)}){numbers}[{ORDER}](?:{_ANY}\))?",
        re.IGNORECASE,
    )


@cache
def _number_line() -> re.Pattern[str]:
    """A line that only says a number, or brackets that do."""
    return re.compile(
        rf"{_ANY}\({_ANY}[^()\n]{{0,20}}[{ORDER}]{_ANY}\)|(?<=\n)[^\n.!?]{{0,40}}:{_ANY}#?[{ORDER}]{_ANY}(?:\n|$)"
    )


def _capitalised(text: str) -> str:
    """With a capital letter first, unless the first word has one inside ("iPhone")."""
    first = re.match(r"\w+", text)
    if first is None or any(letter.isupper() for letter in first[0]):
        return text
    return text[0].upper() + text[1:]
