"""Practice items: real-shaped messages with a draft, and what a lead decided about them and why."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel

ITEMS = 5
SHIPPED = Path(__file__).with_name("shipped.yaml")


class PracticeAct(StrEnum):
    """What one does about an item."""

    SEND = "send"
    EDIT = "edit"
    REJECT = "reject"
    ESCALATE = "escalate"


class PracticeItem(BaseModel, frozen=True, extra="forbid"):
    """One practice item. ``key`` names it, ``sent`` is the text that was approved after an edit; texts hold no personal
    data."""

    key: str
    message: str
    draft: str
    template: str = ""
    right: PracticeAct
    why: str
    sent: str = ""


class PracticeAnswer(BaseModel, frozen=True):
    """What somebody answered."""

    key: str
    answer: PracticeAct
    is_right: bool


class PracticeAnswers(BaseModel, frozen=True):
    """All answers of one run, in their order."""

    given: tuple[PracticeAnswer, ...] = ()

    @property
    def right(self) -> int:
        """How many were right."""
        return sum(each.is_right for each in self.given)


@lru_cache(maxsize=1)
def shipped_items() -> tuple[PracticeItem, ...]:
    """The items that travel with the program."""
    return tuple(PracticeItem.model_validate(each) for each in yaml.safe_load(SHIPPED.read_text("utf-8")))


def chosen(own: list[PracticeItem]) -> list[PracticeItem]:
    """Five items with as many kinds of answer as there are: the brand's own first, then shipped ones."""
    picked: list[PracticeItem] = []
    for source in (own, list(shipped_items())):
        waiting = list(source)
        while waiting and len(picked) < ITEMS:
            counts = {answer: sum(item.right is answer for item in picked) for answer in PracticeAct}
            best = min(waiting, key=lambda item: counts[item.right])
            if counts[best.right] >= 2:
                break
            waiting.remove(best)
            picked.append(best)
    return picked[:ITEMS]
