from __future__ import annotations

from replyassist.faq.joined import joined
from replyassist.faq.template import ReplyTemplate

LINKED = ReplyTemplate(id="track", title="Track", reply="Follow it at https://fernhill.example/track")
SHIPPING = ReplyTemplate.model_validate(
    {
        "id": "ship",
        "title": "Shipping",
        "reply": "We ship to {{ n }} countries.",
        "facts": {"n": 32},
        "questions": ["abroad?"],
    }
)
DECAF = ReplyTemplate(id="decaf", title="Decaf", reply="Our decaf is called Lullaby.")


def test_both_replies_stand_in_one_paragraph_under_the_first_id() -> None:
    both = joined([SHIPPING, DECAF], longest=500)

    assert both is not None
    assert (both.id, both.title) == ("ship", "Shipping / Decaf")
    assert both.rendered_reply == "We ship to 32 countries. Our decaf is called Lullaby."


def test_a_reply_that_ends_in_a_link_comes_last() -> None:
    both = joined([LINKED, DECAF], longest=500)

    assert both is not None
    assert both.rendered_reply == "Our decaf is called Lullaby. Follow it at https://fernhill.example/track"
    assert both.id == "track"


def test_nothing_touches_a_link_in_the_middle() -> None:
    both = joined([LINKED, LINKED], longest=500)

    assert both is not None
    assert "/track – Follow" in both.rendered_reply


def test_two_that_are_too_long_stay_apart() -> None:
    assert joined([SHIPPING, DECAF], longest=40) is None


def test_the_version_follows_the_content() -> None:
    both, other = joined([SHIPPING, DECAF], longest=500), joined([SHIPPING, LINKED], longest=500)

    assert both is not None
    assert other is not None
    assert len({both.version, other.version, SHIPPING.version}) == 3


def test_three_replies_keep_their_order_but_for_links() -> None:
    three = joined([LINKED, DECAF, SHIPPING], longest=500)

    assert three is not None
    assert three.rendered_reply == (
        "Our decaf is called Lullaby. We ship to 32 countries. Follow it at https://fernhill.example/track"
    )
    assert three.id == "track"
    assert three.questions == ["abroad?"]
