"""The short form of ``make faults``: each kind of fault once or twice in one deployment, and no promise is broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.starter import Starter

from .counting import Count, Standing, count_one, is_settled
from .far import Arrival, Far
from .ground import Ground
from .parts import mixed
from .traffic import Promise, Traffic


@pytest.fixture(scope="module")
def starter() -> Iterator[Starter]:
    with Starter() as starter:
        yield starter


@pytest.mark.encoder
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_no_promise_is_broken(kind: str, starter: Starter, tmp_path: Path) -> None:
    said: list[str] = []
    ground = Ground(kind, tmp_path, starter, seed=1, each=1, say=said.append)
    made = mixed(ground)

    assert made.is_good, (made, said)
    assert made.faults >= 4
    assert made.messages > made.faults
    assert made.sent > 0


class TestCounting:
    """What the count would find."""

    @pytest.fixture
    def traffic(self) -> Traffic:
        traffic = Traffic("fernhill", "", "", Far(), seed=1)
        traffic.promises["1:1"] = Promise("1:1", 0.0, tried={"Hi!", "Taken back"}, taken_back={"Taken back"})
        return traffic

    def counted(self, traffic: Traffic, item: str | None, *arrivals: tuple[str, str]) -> Count:
        traffic.far.arrivals = [Arrival("1:1", text, key, 0.0) for text, key in arrivals]
        made, standing = Count("", ""), Standing("queued", item, None)
        count_one(made, traffic, traffic.promises["1:1"], standing)
        return made

    def test_a_reply_that_arrived_once_is_good(self, traffic: Traffic) -> None:
        assert self.counted(traffic, "sent", ("Hi!", "a")).is_good
        assert self.counted(traffic, "sent", ("Hi!", "a"), ("Hi!", "a")).is_good, "tried again under its key"
        assert self.counted(traffic, "rejected").is_good
        assert self.counted(traffic, "uncertain", ("Hi!", "a")).is_good

    @pytest.mark.parametrize("item", [None, "pending", "approved", "sending", "sent", "failed", "uncertain"])
    def test_what_did_not_arrive_is_lost(self, traffic: Traffic, item: str | None) -> None:
        assert self.counted(traffic, item).lost

    def test_two_keys_or_two_texts_are_doubled(self, traffic: Traffic) -> None:
        assert self.counted(traffic, "sent", ("Hi!", "a"), ("Hi!", "b")).doubled

    @pytest.mark.parametrize("text", ["Taken back", "Never approved"])
    def test_what_nobody_approved_is_told(self, traffic: Traffic, text: str) -> None:
        assert self.counted(traffic, "sent", (text, "a")).unapproved

    def test_what_was_rejected_and_sent_is_told(self, traffic: Traffic) -> None:
        assert self.counted(traffic, "rejected", ("Hi!", "a")).unapproved

    def test_a_message_that_is_not_there_is_not_settled(self) -> None:
        assert not is_settled(None)
