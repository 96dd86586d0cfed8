"""What an order to the machine looks like: one kind, how sure its words make us, and the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from replyassist.core.plain_text import PlainText

ABOUT_CHARACTERS = 24
_SPOKEN_ABOUT = re.compile(
    r"\b(?:i|i'd|i've|we|they|he|she|it|who|people|someone|should|could|can|may|might|do|does|did|never|not|cannot"
    r"|don't|dont|didn't|(?<!you )(?<!have )(?<!need )(?<!now )to|never to|not to|if you)\s+$"
)


@dataclass(frozen=True)
class Order:
    """Words that try to steer the machine.

    ``weight`` (0 to 1) is how suspicious they are by themselves. With ``is_imperative`` they count only where
    somebody is told to do it: "should I ignore the rules?" speaks about an order and gives none.
    """

    kind: str
    weight: float
    pattern: re.Pattern[str]
    is_imperative: bool = False


@dataclass(frozen=True)
class Orders:
    """The orders of one language; only a text that matches ``gate`` (None: every text) can give any of them."""

    orders: tuple[Order, ...]
    gate: re.Pattern[str] | None = None


def order(kind: str, weight: float, *sources: str, is_imperative: bool = False) -> Order:
    """An order of this kind; the sources are alternatives, for folded text (small letters, no accents)."""
    return Order(kind, weight, re.compile("|".join(f"(?:{source})" for source in sources)), is_imperative)


def near(first: str, second: str, *, within: int = 50) -> str:
    """Source of a pattern: the second within so many characters after the first, in the same sentence."""
    return rf"(?:{first})[^.!?]{{0,{within}}}?(?:{second})"


def together(first: str, second: str, *, within: int = 50) -> str:
    """Source of a pattern: both in one sentence, in any order."""
    return rf"{near(first, second, within=within)}|{near(second, first, within=within)}"


def possible_orders(books: Iterable[Orders], folded: PlainText) -> Iterator[Order]:
    """The orders that the text may give."""
    for book in books:
        if book.gate is None or book.gate.search(folded.text):
            yield from book.orders


def find_order(sought: Order, folded: PlainText) -> tuple[int, int] | None:
    """Where the text first gives this order: offsets of the folded text."""
    for match in sought.pattern.finditer(folded.text):
        before = folded.text[max(0, match.start() - ABOUT_CHARACTERS) : match.start()]
        if not (sought.is_imperative and _SPOKEN_ABOUT.search(before)):
            return match.span()
    return None
