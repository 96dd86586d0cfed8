"""The loop of what is read beside webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from replyassist.channels import Account, Event, NewMessage
from replyassist.channels.catching import BATCH, CatchUp, ReadPlace, back_to, by_time, in_turn
from replyassist.channels.events import built, message
from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, RateLimited
from replyassist.testing import FakeClock

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
US = Account("fernhill", "fake", "us")
Written = tuple[str, str, datetime]


class Posts(CatchUp):
    """Posts by their names; what stands in each by author, id and time."""

    def __init__(self, posts: dict[str, list[Written]], clock: FakeClock) -> None:
        self.posts, self._clock = posts, clock
        self.errors: dict[str, Exception] = {}
        self.read_posts: list[str] = []

    def places(self, start: datetime, mark: str) -> Iterable[ReadPlace]:
        return in_turn({name: {} for name in self.posts}, mark)

    def read(self, place: ReadPlace, start: datetime) -> Iterator[Event]:
        if place.name in self.errors:
            raise self.errors.pop(place.name)
        self.read_posts.append(place.name)
        yield from built(US, lambda each: _said(*each), self.posts[place.name])


def _said(author: str, number: str, at: datetime) -> Event | None:
    return message(US, number, "hi", author_id=author, conversation_id="c", posted_at=at)


def ids(events: Iterable[Event]) -> list[str]:
    return [event.message.external_id for event in events if isinstance(event, NewMessage)]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


def pulled(
    posts: Posts, cursor: str | None, is_ending: Callable[[], bool] = lambda: False
) -> tuple[list[str], str | None]:
    found: list[str] = []
    posts.goes_on_after = None
    for each in posts.pull(cursor, since=NOW - timedelta(days=7), is_ending=is_ending):
        found, cursor = [*found, *ids(each.events)], each.cursor
    return found, cursor


def post(*hours: float, first: int = 1) -> list[Written]:
    return [("tom", str(number), NOW - timedelta(hours=each)) for number, each in enumerate(hours, first)]


def test_ours_come_first_and_what_is_older_than_the_last_days_does_not(clock: FakeClock) -> None:
    answered = [*post(3, 1, 24 * 8), ("us", "4", NOW - timedelta(hours=2))]
    found, _ = pulled(Posts({"a": answered}, clock), None)
    assert found == ["4", "1", "2"]


def test_a_round_whose_time_is_over_reads_one_place_and_goes_on_behind_it(clock: FakeClock) -> None:
    posts = Posts({name: post(1, first=number) for number, name in enumerate(("a", "b", "c"))}, clock)
    cursor, found = None, list[str]()
    for _ in range(3):
        some, cursor = pulled(posts, cursor, is_ending=lambda: True)
        found += some
    assert (found, posts.read_posts) == (["0", "1", "2"], ["a", "b", "c"])
    posts.posts["b"] += post(0, first=9)
    clock.time = NOW + timedelta(hours=1)
    assert pulled(posts, cursor)[0] == ["9"], "from ten minutes before the round began"


def test_the_first_round_keeps_its_beginning_however_often_it_is_cut(clock: FakeClock) -> None:
    posts = Posts({"a": post(1), "b": post(24 * 7 - 1, 24 * 7 + 1, first=2)}, clock)
    _, cursor = pulled(posts, None, is_ending=lambda: True)
    clock.time = NOW + timedelta(days=3)
    assert pulled(posts, cursor)[0] == ["2"]


def test_a_wait_is_no_failure_unless_nothing_could_be_read(clock: FakeClock) -> None:
    posts = Posts({"a": post(1), "b": post(1, first=2)}, clock)
    posts.errors["b"] = RateLimited("slow down", retry_after_s=30)
    found, cursor = pulled(posts, None)
    assert (found, posts.goes_on_after) == (["1"], 30)
    posts.errors["b"] = RateLimited("slow down", retry_after_s=30)
    with pytest.raises(RateLimited):
        pulled(posts, cursor)
    assert pulled(posts, cursor)[0] == ["2"]
    assert posts.goes_on_after is None


def test_one_that_is_refused_is_left_out_and_one_that_fails_is_read_next_time(clock: FakeClock) -> None:
    posts = Posts({"a": post(1), "b": post(1, first=2), "c": post(1, first=3)}, clock)
    posts.errors = {"a": DeliveryRefused("it is gone"), "c": DeliveryNotMade("no answer")}
    cursors = []
    with pytest.raises(DeliveryNotMade):
        for each in posts.pull(None, since=NOW - timedelta(days=7), is_ending=lambda: False):
            cursors.append(each.cursor)
    assert posts.problem == "a was left out: it is gone"
    assert pulled(posts, cursors[-1])[0] == ["3"]


def test_much_of_one_place_comes_in_parts_whose_last_has_the_cursor(clock: FakeClock) -> None:
    posts = Posts({"a": [("tom", str(number), NOW) for number in range(BATCH + 1)]}, clock)
    parts = list(posts.pull(None, since=NOW - timedelta(days=7), is_ending=lambda: False))
    assert [len(each.events) for each in parts] == [BATCH, 1, 0]
    assert len(pulled(posts, parts[0].cursor)[0]) == BATCH + 1, "all of it again"
    assert pulled(posts, parts[1].cursor)[0] == []


def test_a_list_is_read_back_and_what_has_no_time_is_handed_on() -> None:
    listed = iter([NOW, "?", NOW - timedelta(hours=2), NOW - timedelta(hours=1)])
    assert back_to(NOW - timedelta(hours=1), listed, _time) == ["?", NOW]
    assert next(listed) == NOW - timedelta(hours=1), "no more of it is asked for"


def _time(each: object) -> datetime:
    if not isinstance(each, datetime):
        raise ValueError(each)
    return each


def test_places_have_an_order_that_stays() -> None:
    assert [each.name for each in in_turn({"10": {}, "9": {}, "2": {}}, "2")] == ["9", "10"]
    changed: list[tuple[datetime, str, dict[str, str]]] = [
        (NOW, "1", {}),
        (NOW - timedelta(hours=1), "2", {}),
        (NOW, "0", {}),
    ]
    assert [each.name for each in by_time(changed, "")] == ["2", "0", "1"]
    assert [each.name for each in by_time(changed, NOW.isoformat())] == ["0", "1"]
