from __future__ import annotations

from replyassist.brands.service import ensure_brand
from replyassist.web.progress import LATELY
from tests.web.console import Console, words


def shown(console: Console) -> str:
    return words(console.get("/queue"))


def test_the_queue_says_how_many_are_drafted_while_messages_wait(console: Console) -> None:
    console.sign_in()
    assert "drafted" not in shown(console)
    console.world.message()
    console.world.message()
    assert "0 of 2 drafted" in shown(console)
    assert "The drafts are being written, and appear here by themselves." in shown(console)
    console.world.item()
    assert "1 of 3 drafted" in shown(console)


def test_the_live_list_brings_the_progress_along(console: Console) -> None:
    console.world.message()
    console.sign_in()
    live = console.get("/queue/changes", **{"HX-Request": "true"})
    assert 'id="drafting"' in live.text
    assert live.text.count('hx-swap-oob="true"') == 2
    assert "0 of 1 drafted" in words(live)


def test_the_time_left_is_told_from_the_pace_of_the_last_drafts(console: Console) -> None:
    for _ in range(20):
        console.world.message()
    console.sign_in()
    for number in range(3):
        console.world.item()
        console.world.clock.advance(seconds=6)
        assert ("left" in shown(console)) == (number == 2)
    assert "3 of 23 drafted, about 2 min left" in shown(console)
    console.world.clock.advance(minutes=3)
    assert "left" not in shown(console)


def test_what_was_drafted_long_ago_does_not_count_and_what_waits_since_then_does(console: Console) -> None:
    console.world.item()
    console.world.message()
    console.world.clock.advance(seconds=LATELY.total_seconds() + 1)
    console.sign_in()
    assert "0 of 1 drafted" in shown(console)


def test_messages_of_other_brands_are_not_counted(console: Console) -> None:
    with console.world.database.writing() as session:
        ensure_brand(session, "harbour", now=console.world.clock.now())
    console.world.message(brand="harbour")
    console.sign_in()
    assert "drafted" not in shown(console)
