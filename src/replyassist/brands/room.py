"""How long a reply may be in one place, with the mention before it that its author is told by.

One measure for the counter, the check at approval and the sending: ``mention_of``, ``addressed`` and
``Counting.past_limit``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .counting import Counting, counting_for

_NAME = re.compile(r"\w(?:[\w.·-]*\w)?")
_WITH_SERVER = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?(?:@\w(?:[\w.-]*\w)?(?::[0-9]{1,5})?)?")
"""A name, and a server but for one of ours. Handles come by the API too, and nothing else may stand before a text."""


@dataclass(frozen=True)
class Room:
    """How long a reply may be in one place: at least ``least``, at most ``own`` by the brand's rules, as ``counting``
    counts, and as much as ``platform`` takes with ``mention`` before it."""

    counting: Counting
    least: int
    own: int
    platform: Counting
    mention: str = ""

    @property
    def most(self) -> int:
        """The most that the text itself may have."""
        if self.platform.most is None or self.platform.unit != self.counting.unit:
            return self.own
        return max(0, min(self.own, self.platform.most - self.platform.count(f"{self.mention} " * bool(self.mention))))

    @property
    def bytes(self) -> int | None:
        """The platform's limit in UTF-8 bytes, where it has one."""
        return self.platform.most if self.platform.unit == "bytes" else self.platform.bytes

    def count(self, text: str) -> int:
        """How long the text is, without white space around it and what stands before it."""
        return self.counting.count(text.strip())

    def fits(self, text: str) -> bool:
        """Whether the text is not too long."""
        return self._holds(text.strip(), self._before(text))

    def is_taken(self, text: str) -> bool:
        """Whether the platform takes it, whatever the brand's rules are."""
        return not self.platform.past_limit(self._before(text) + text.strip())

    def beginning(self, text: str) -> int:
        """How many characters of the text fit, the white space at its beginning counted in."""
        if self.fits(text):
            return len(text)
        low, high, before = 0, len(text), self._before(text)
        while low < high:  # a longer beginning never counts less, but for a link that is cut through
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._holds(text[:middle].lstrip(), before) else (low, middle - 1)
        return low

    def _before(self, text: str) -> str:
        return f"{self.mention} " if self.mention and not _has(text, self.mention) else ""

    def _holds(self, text: str, before: str) -> bool:
        return self.counting.count(text) <= self.own and not self.platform.past_limit(before + text)


def room_of(channel: str, visibility: str, *, least: int, most: int, mention: str = "") -> Room:
    """The room that the brand gives (``least`` and ``most``), as far as the platform lets it behind a mention.

    The brand counts as the platform does; where that counts bytes, the brand means characters as people see them.
    """
    platform = counting_for(channel, visibility)
    by_brand = platform
    if platform.unit == "bytes":
        by_brand = platform.model_copy(update={"unit": "graphemes", "most": None})
    return Room(by_brand, least, most, platform, mention)


def mention_of(channel: str, visibility: str, *, handle: str | None, metadata: Mapping[str, object]) -> str:
    """The mention that stands before a reply to an author, such as "@tom@server"; empty where the platform needs none,
    and where the handle is none that can be mentioned.

    ``metadata``: what the message was taken in with; ``top``: the comment under which a reply to it lands instead.
    """
    rule = counting_for(channel, visibility).mention
    if rule is None or (rule.when == "nested" and not metadata.get("top")):
        return ""
    said = str((metadata.get("acct") if rule.server else None) or handle or "")
    if rule.marked and not said.startswith("@"):
        return ""
    account = said.removeprefix("@")
    return f"@{account}" if (_WITH_SERVER if rule.server else _NAME).fullmatch(account) else ""


def addressed(text: str, mention: str) -> str:
    """The text as it will stand there: behind the mention, unless it has it already."""
    return text if not mention or _has(text, mention) else f"{mention} {text}"


def _has(text: str, mention: str) -> bool:
    return re.search(rf"(?<![\w@/=]){re.escape(mention)}(?![\w@:]|[.-]\w)", text, re.IGNORECASE) is not None
