"""Turns hostile text into safe markup: findings marked in place, hidden characters made visible, times in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

from markupsafe import Markup, escape

from replyassist.wording.finding_words import finding_words

from .language import gettext, local_day, ngettext

_SUBDIVISION_FLAG = "\U0001f3f4[\U000e0020-\U000e007f]+"
_HIDDEN_CHARACTERS = (
    "\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u2028\u2029\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_HIDDEN = re.compile(f"{_SUBDIVISION_FLAG}|([{_HIDDEN_CHARACTERS}]+)")
_SHOWN_ONE_BY_ONE = 3
_SEVERITIES = ("block", "warn", "fix", "info")
_AGES_UNTIL = timedelta(days=14)


class Spot(Protocol):
    """A place in a text; ``start`` and ``end`` are offsets in code points, equal where the whole text is meant."""

    @property
    def start(self) -> int:
        """Where it begins."""
        ...

    @property
    def end(self) -> int:
        """Where it ends, exclusive."""
        ...

    @property
    def severity(self) -> str:
        """``block``, ``warn``, ``fix`` or ``info``."""
        ...

    @property
    def explanation(self) -> str:
        """What is to be said of it."""
        ...


@dataclass(frozen=True)
class Segment:
    """A piece of text with the worst severity of the spots that cover it; empty where none does."""

    text: str
    severity: str = ""
    title: str = ""


def segments(text: str, spots: Sequence[Spot]) -> list[Segment]:
    """Cut the text where spots begin and end; they may overlap, and offsets outside the text are clamped."""
    size = len(text)
    placed = [(max(0, spot.start), min(size, spot.end), spot) for spot in spots]
    placed = [(start, end, spot) for start, end, spot in placed if start < end]
    edges = sorted({0, size, *(start for start, _, _ in placed), *(end for _, end, _ in placed)})
    found = []
    for start, end in pairwise(edges):
        over = [spot for first, last, spot in placed if first <= start and end <= last]
        found.append(
            Segment(
                text=text[start:end],
                severity=min((spot.severity for spot in over), key=_SEVERITIES.index, default=""),
                title=" ".join(dict.fromkeys(finding_words(spot.explanation) for spot in over)),
            )
        )
    return found


@dataclass(frozen=True)
class Word:
    """A found word as a spot."""

    start: int
    end: int
    explanation: str
    severity: str = "warn"


def find_words(text: str, words: Iterable[tuple[str, str]]) -> list[Word]:
    """The first place of each (word, explanation) in the text."""
    found = [(text.find(word), word, explanation) for word, explanation in words if word]
    return [Word(start, start + len(word), explanation) for start, word, explanation in found if start >= 0]


def utf16_offset(text: str, offset: int) -> int:
    """The offset in UTF-16 units, as a browser counts, for one in code points."""
    return len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2


def visible(text: str) -> Markup:
    """The text, escaped, with characters that hide or turn text around shown as badges."""
    parts: list[Markup] = []
    position = 0
    for match in _HIDDEN.finditer(text):
        if match.group(1) is None:
            continue
        parts += [escape(text[position : match.start()]), _badge(match.group(1))]
        position = match.end()
    return Markup("").join([*parts, escape(text[position:])])


def plain(text: str) -> str:
    """The text without such characters, for places that hold no markup, such as a window's title."""
    return _HIDDEN.sub(lambda match: "" if match.group(1) else match.group(), text)


def _badge(characters: str) -> Markup:
    codes = [f"U+{ord(character):04X}" for character in characters]
    many = ngettext("%(num)s hidden character", "%(num)s hidden characters", len(codes)) % {"num": len(codes)}
    label = " ".join(codes) if len(codes) <= _SHOWN_ONE_BY_ONE else many
    title = gettext("hidden: %(codes)s") % {"codes": " ".join(codes[:50])}
    return Markup('<span class="hidden-character" title="{}">{}</span>').format(title, label)


def beginning(text: str, limit: int = 240) -> str:
    """The first characters of a text on one line."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= limit else line[:limit].rstrip() + "…"


def model_name(model: str) -> str:
    """What a model is called, without the folder or the address where it runs: ``http://host/v1/qwen`` is ``qwen``."""
    return re.split(r"[/\\]", model.split("?", maxsplit=1)[0].rstrip("/\\"))[-1].removesuffix(".gguf")


def without_addresses(text: str) -> str:
    """What the machine noted of itself, without the addresses of where it runs."""
    return re.sub(r" at https?://\S+|\bhttps?://\S+|(?<=language model) at \S+", "", text).strip()


def age_words(then: datetime, now: datetime) -> str:
    """How long since: "now", "4 min", "2 h", "3 d", and from two weeks on the day, in the reader's language."""
    passed = now - then
    if passed < timedelta(minutes=1):
        return gettext("now")
    if passed < timedelta(hours=1):
        return gettext("%(n)s min") % {"n": passed // timedelta(minutes=1)}
    if passed < timedelta(days=1):
        return gettext("%(n)s h") % {"n": passed // timedelta(hours=1)}
    if passed < _AGES_UNTIL:
        return gettext("%(n)s d") % {"n": passed.days}
    return local_day(then)


def left_words(until: datetime, now: datetime) -> str:
    """How much time is left: "less than a minute", "4 min", "1 h 40 min", and from two hours on as an age."""
    left = until - now
    if left < timedelta(minutes=1):
        return gettext("less than a minute")
    if timedelta(hours=1) <= left < timedelta(hours=2):
        return gettext("1 h %(n)s min") % {"n": left // timedelta(minutes=1) - 60}
    return age_words(now, until)


def ago_words(then: datetime, now: datetime) -> str:
    """The same within a sentence: "4 min ago", "on" a day."""
    passed = now - then
    if passed < timedelta(minutes=1):
        return gettext("now")
    words = gettext("%(age)s ago") if passed < _AGES_UNTIL else gettext("on %(age)s")
    return words % {"age": age_words(then, now)}


def typed(text: str) -> str:
    """What a person typed into a form: browsers send CRLF, and no text has a NUL or half a character."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8")
