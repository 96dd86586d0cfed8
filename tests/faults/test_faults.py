"""The short form of ``make faults``: each kind of fault once or twice in one deployment, and no promise is broken."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.starter import Starter

from .counting import LONGEST_WAIT_SECONDS, Count, Standing, count_one, count_waits, is_settled
from .far import Arrival, Far
from .ground import Ground
from .parts import mixed
from .traffic import Promise, Traffic
from .waits import Absences, Span


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
    assert made.absent_s > 0


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


class TestWaits:
    """What the count says of those who waited."""

    def counted(self, waited: float, *absent: Span, brand: str = "harbour") -> Count:
        traffic, made = Traffic(brand, "", "", Far(), seed=1), Count("", "")
        traffic.waits.spans = {"intake": [Span(100.0, 100.5), Span(200.0, 200.0 + waited)], "queue": [Span(0.0, 1.0)]}
        count_waits(made, traffic, absent, other="harbour")
        return made

    def test_a_wait_as_long_as_the_detection_and_a_request_take_is_good(self) -> None:
        made = self.counted(LONGEST_WAIT_SECONDS)

        assert made.is_good
        assert made.longest_wait_s == {"arrival": 0.0, "intake": LONGEST_WAIT_SECONDS, "queue": 1.0}

    @pytest.mark.parametrize("brand", ["harbour", "fernhill"])
    def test_a_longer_one_is_not_whosever_it_is(self, brand: str) -> None:
        made = self.counted(LONGEST_WAIT_SECONDS + 0.1, brand=brand)

        assert not made.is_good
        assert made.blocked == [f"{brand} intake: {LONGEST_WAIT_SECONDS + 0.1:.1f} s"]

    def test_the_time_without_a_server_is_no_wait_for_others(self) -> None:
        before, within, across = Span(90.0, 99.0), Span(201.0, 231.0), Span(239.0, 300.0)
        made = self.counted(40.0, before, within, across)

        assert made.is_good
        assert made.longest_wait_s["intake"] == 9.0
        assert not self.counted(LONGEST_WAIT_SECONDS + 31.0, within).is_good

    def test_what_nobody_answers_counts_until_it_is_given_up(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        traffic = Traffic("fernhill", f"http://127.0.0.1:{port}", "", Far(), seed=1)
        traffic.end()

        assert traffic.decide_all() == 0
        assert len(traffic.waits.spans["queue"]) == 1


def test_a_server_is_absent_until_it_takes_connections_whether_it_answers_or_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    absences = Absences(port)
    absences.look()
    assert not absences.is_absent
    absences.begin()
    absences.look()
    assert absences.is_absent
    since = time.monotonic()
    absences.begin()
    with socket.create_server(("127.0.0.1", port)):
        absences.look()

    assert not absences.is_absent
    assert [span.began <= since <= span.ended for span in absences.spans] == [True]
