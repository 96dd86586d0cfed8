from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.brands.counting import Counting, counting_for, links_in

FAMILY = "👩‍👧"  # one character to a person, three code points


@pytest.mark.parametrize(
    ("channel", "text", "count"),
    [
        ("x", "hello", 5),
        ("x", "你好", 4),
        ("x", FAMILY, 2),
        ("x", "é", 1),  # put together before it is counted
        ("x", "see https://fernhill.example/shipping/abroad/and/much/more now", 4 + 23 + 4),
        ("x", "see fernhill.example.", 4 + 23 + 1),
        ("bluesky", f"a{FAMILY}🇮🇪", 3),
        ("mastodon", "https://a.example/" + "b" * 50, 23),
        ("mastodon", "a.example/" + "b" * 50, 60),  # no link without its scheme
        ("mastodon", "@tom@social.example, @ada, hi", 14),  # the server of a mention does not count
        ("mastodon", "https://a.example/@tom@social.example", 23),
        ("mastodon", "write to tom@social.example", 27),
        ("x", "@tom@social.example", 4 + 1 + 14),
        ("threads", "a🎄", 5),
        ("instagram", "a🎄", 3),
        ("google", "äb", 3),
        ("somewhere", FAMILY, 3),
    ],
)
def test_a_text_is_as_long_as_its_platform_counts_it(channel: str, text: str, count: int) -> None:
    assert counting_for(channel, "public").count(text) == count


def test_private_messages_are_counted_in_their_own_way() -> None:
    assert counting_for("x", "public").most == 280
    assert counting_for("x", "private").most == 10_000
    assert counting_for("instagram", "private").unit == "bytes"


@given(st.text(max_size=80))
def test_every_text_can_be_counted_in_every_unit(text: str) -> None:
    for unit in ("characters", "utf16", "graphemes", "bytes", "weighted", "emoji_bytes"):
        counted = Counting.model_validate({"unit": unit}).count(text)
        assert 0 <= counted <= 4 * len(text)


def test_a_link_ends_before_the_stop_behind_it() -> None:
    text = "(see https://a.example/b). Or b.example, at 9.30am"
    assert [text[start:end] for start, end in links_in(text)] == ["https://a.example/b", "b.example"]
