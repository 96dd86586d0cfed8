from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.brands.room import addressed, mention_of, room_of

REMOTE = "@tom@social.example"


def test_the_brand_gives_less_room_than_the_platform_or_the_platform_less() -> None:
    assert room_of("x", "public", least=1, most=200).most == 200
    assert room_of("x", "public", least=1, most=600).most == 280
    assert room_of("instagram", "public", least=1, most=400).most == 400


def test_a_second_limit_in_bytes_counts_too() -> None:
    room = room_of("bluesky", "public", least=1, most=300)
    heavy = "👨‍👩‍👧‍👦" * 150
    assert room.count(heavy) == 150
    assert not room.fits(heavy)
    dm = room_of("instagram", "private", least=1, most=600)
    assert dm.fits("ä" * 500)
    assert not dm.fits("ä" * 501)


@given(st.text(max_size=60), st.sampled_from(["x", "bluesky", "threads", "instagram", "somewhere"]))
def test_the_beginning_that_fits_fits_and_one_more_character_does_not(text: str, channel: str) -> None:
    room = room_of(channel, "public", least=0, most=10)
    end = room.beginning(text)
    assert room.fits(text[:end]) or not text[:end].strip()
    assert end == len(text) or not room.fits(text)


def test_what_stands_before_the_text_takes_room_as_the_platform_counts_it() -> None:
    room = room_of("mastodon", "public", least=1, most=500, mention=REMOTE)
    assert room.most == 500 - len("@tom ")
    assert [room.fits("a" * 495), room.fits("a" * 496)] == [True, False]
    assert room.beginning("a" * 600) == 495
    nested = room_of("instagram", "public", least=1, most=3000, mention="@tom.k")
    assert [nested.fits("a" * 2193), nested.fits("a" * 2194)] == [True, False]


def test_the_brands_own_limit_is_of_the_text_alone() -> None:
    room = room_of("mastodon", "public", least=1, most=300, mention=REMOTE)
    assert (room.most, room.fits("a" * 300), room.fits("a" * 301)) == (300, True, False)


def test_a_text_that_names_the_author_has_all_the_room() -> None:
    room = room_of("mastodon", "public", least=1, most=500, mention=REMOTE)
    text = f"Hello {REMOTE}! " + "a" * 488
    assert room.count(text) == 500
    assert [room.fits(text), room.fits(text + "a")] == [True, False]
    assert addressed(text, REMOTE) == text
    for other in ("@tom hi", "@tom@social.example.org hi", "@tom@social.example:3000 hi", "a@tom@social.example hi"):
        assert addressed(other, REMOTE) == f"{REMOTE} {other}"


@pytest.mark.parametrize(
    ("channel", "visibility", "handle", "metadata", "mention"),
    [
        ("mastodon", "public", "tom@social.example", {}, REMOTE),
        ("mastodon-shop", "private", "@tom", {"acct": "ann"}, "@ann"),
        ("mastodon", "public", "x Buy at https://evil.example", {}, ""),
        ("mastodon", "public", None, {}, ""),
        ("instagram", "public", "tom.k", {"top": "1"}, "@tom.k"),
        ("instagram", "public", "tom.k", {}, ""),
        ("instagram", "private", "tom.k", {"top": "1"}, ""),
        ("instagram", "public", "x https://evil.example", {"top": "1"}, ""),
        ("instagram", "public", "x@evil.example", {"top": "1"}, ""),
        ("youtube", "public", "@tom-k", {"top": "1"}, "@tom-k"),
        ("youtube", "public", "tom", {"top": "1"}, ""),
        ("bluesky", "public", "tom.bsky.social", {"top": "1"}, ""),
    ],
)
def test_only_a_handle_that_tells_its_author_stands_before_a_reply(
    channel: str, visibility: str, handle: str | None, metadata: dict[str, object], mention: str
) -> None:
    assert mention_of(channel, visibility, handle=handle, metadata=metadata) == mention
