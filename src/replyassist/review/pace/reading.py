"""How long a decision took against how long its words take to read: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

WORDS_A_MINUTE = 240
"""Silent reading of English non-fiction: 238 words a minute on average over 190 studies (Brysbaert 2019, "How many
words do we read per minute?", Journal of Memory and Language 109)."""
MUCH_FASTER = 0.5
"""Below this share of the reading time nobody has read it all: good readers take in up to some 400 words a minute
(Rayner et al. 2016, "So much to read, so little time"), and half the time is 480."""
SHORTEST_WORDS = 20
"""Fewer words are read at a glance; such approvals tell nothing and are left out."""
LOOKED_AT = 10
SEVERAL = 5
"""So many of the last ten approvals that were much faster than reading bring the notice."""


@dataclass(frozen=True)
class TimedApproval:
    """An approval: when, how many seconds after the item was shown, and how many words message and reply have."""

    at: datetime
    seconds: float
    words: int

    @property
    def reading_seconds(self) -> float:
        """How long its words take to read."""
        return 60 * self.words / WORDS_A_MINUTE

    @property
    def is_much_faster(self) -> bool:
        """Whether there was no time to read it all."""
        return self.seconds < MUCH_FASTER * self.reading_seconds


@dataclass(frozen=True)
class Pace:
    """Medians over some approvals, in seconds, and the share (0 to 1) that were much faster than reading."""

    count: int
    seconds: float
    reading_seconds: float
    much_faster: float


def word_count(*texts: str) -> int:
    """How many words texts have, as they stand between spaces."""
    return sum(len(text.split()) for text in texts)


def pace_of(approvals: Sequence[TimedApproval]) -> Pace | None:
    """The pace of approvals with enough words; None without any."""
    counted = [each for each in approvals if each.words >= SHORTEST_WORDS]
    if not counted:
        return None
    return Pace(
        count=len(counted),
        seconds=median(each.seconds for each in counted),
        reading_seconds=median(each.reading_seconds for each in counted),
        much_faster=sum(each.is_much_faster for each in counted) / len(counted),
    )


def is_hurried(newest_first: Sequence[TimedApproval]) -> bool:
    """Whether several of the last approvals with enough words were much faster than reading."""
    last = [each for each in newest_first if each.words >= SHORTEST_WORDS][:LOOKED_AT]
    return sum(each.is_much_faster for each in last) >= SEVERAL
