from __future__ import annotations

import pytest
from playwright.sync_api import expect

from replyassist.brands.counting import Counting
from replyassist.web.preview import preview
from tests.web.chromium import Desk, address_of
from tests.web.console import Console, page_of
from tests.world import DRAFT, World

LONG = "We ship to 32 countries in Europe. " * 8


def test_links_mentions_and_tags_are_marked() -> None:
    found = preview("Hi @tom.k! See https://a.example/#b, #coffee", Counting()).shown
    assert [(piece.text, piece.kind) for piece in found if piece.kind] == [
        ("@tom.k", "mention"),
        ("https://a.example/#b", "link"),
        ("#coffee", "tag"),
    ]
    assert "".join(piece.text for piece in found) == "Hi @tom.k! See https://a.example/#b, #coffee"


def test_what_the_platform_folds_away_is_folded_at_a_space() -> None:
    seen = preview(LONG, Counting(fold=125))
    shown = "".join(piece.text for piece in seen.shown)
    assert len(shown) <= 125
    assert LONG.startswith(shown + " ")
    assert shown + "".join(piece.text for piece in seen.folded) == LONG.strip()
    assert preview("short", Counting(fold=125)).folded == ()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_page_counts_as_the_platform_does_and_shows_it_so(console: Console) -> None:
    text = "Hi Tom! 你好 https://fernhill.example/a/very/long/way/to/say/where/it/is/and/how/to/get/there"
    item = console.world.item(message={"channel": "x"}, draft=text)
    console.sign_in()
    page = page_of(console, item)
    assert f"as X counts {8 + 5 + 23} / 280" in page
    assert "As X shows it" in page
    answer = console.post(f"/queue/{item.id}/check", {"version": 1, "text": "W" * 281}, **{"HX-Request": "true"})
    assert 'data-count="281" data-fits="false"' in answer.text
    assert "The reply has 281 characters; on this channel 280 is the most." in answer.text
    assert 'id="preview" hx-swap-oob' in answer.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_mention_before_a_reply_is_shown_and_counted(console: Console) -> None:
    author = {"external_id": "7", "handle": "tom@social.example", "name": "Tom"}
    item = console.world.item(message={"channel": "mastodon", "author": author}, draft="Hi")
    console.sign_in()
    page = page_of(console, item)
    assert "behind “@tom@social.example”" in page
    assert "2 / 495" in page
    for length, fits in ((495, "true"), (496, "false")):
        answer = console.post(f"/queue/{item.id}/check", {"version": 1, "text": "W" * length}, **{"HX-Request": "true"})
        assert f'data-count="{length}" data-fits="{fits}"' in answer.text
    assert "The reply has 496 characters; on this channel 495 is the most." in answer.text
    assert "@tom@social.example" in answer.text, "as it will stand there"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_hostile_text_in_the_preview_stays_text(console: Console) -> None:
    item = console.world.item(draft=f"<script>x</script> @<b> {DRAFT}")
    console.sign_in()
    assert "<script>x" not in console.get(f"/queue/{item.id}").text.replace(f">\n{item.draft}", "")


@pytest.mark.browser
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_counter_and_preview_follow_what_is_typed(desk: Desk, world: World) -> None:
    weighted = world.item(message={"channel": "x"}, draft="Hi")
    graphemes = world.item(message={"channel": "bluesky"}, draft="Hi")
    page = desk.page
    desk.sign_in(address_of(world.person()), path=f"/queue/{weighted.id}")
    desk.press("e")
    page.keyboard.type(" @tom.k 你 https://fernhill.example/" + "a" * 60)
    expect(page.locator("#counter")).to_have_text(f"{10 + 2 + 1 + 23} / 280")
    expect(page.locator("#preview .as-mention")).to_have_text("@tom.k")
    expect(page.locator("#preview .as-link")).to_have_count(1)
    desk.open(f"/queue/{graphemes.id}")
    page.route("**/check*", lambda route: route.abort())  # what is simple is counted without the server
    desk.press("e")
    page.keyboard.insert_text(" 👩‍👧🇮🇪")
    expect(page.locator("#counter")).to_have_text("5 / 300")
