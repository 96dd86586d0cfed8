"""What a reply template may hold."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from replyassist.faq.template import ReplyTemplate


def template(**fields: Any) -> ReplyTemplate:
    return ReplyTemplate.model_validate({"id": "shipping", "reply": "We ship."} | fields)


def test_slots_are_filled_with_facts() -> None:
    filled = template(reply="We ship to {{ count }} countries in {{days}} days.", facts={"count": 32, "days": "4 to 7"})
    assert filled.slots == {"count", "days"}
    assert filled.rendered_reply == "We ship to 32 countries in 4 to 7 days."


@pytest.mark.parametrize(
    "reply",
    [
        "Order {{Order Number}} is late",
        "{{ 9 ** 9 ** 9 }}",
        "{{ count | upper }}",
        "{{ facts.count }}",
        "{% for i in range(9) %}x{% endfor %}",
        "{# note #} Hello",
        "Hello {{ count",
    ],
)
def test_anything_but_a_plain_slot_is_refused(reply: str) -> None:
    with pytest.raises(ValidationError, match="is not a slot"):
        template(reply=reply, facts={"count": 1})


def test_a_slot_without_a_fact_is_refused() -> None:
    with pytest.raises(ValidationError, match="slots without a fact: count, days"):
        template(reply="{{ days }} {{ count }}")


@pytest.mark.parametrize("value", [True, None, float("nan"), float("inf"), [1], date(2026, 11, 1), "x" * 1001])
def test_a_fact_is_a_text_or_a_finite_number(value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        template(facts={"value": value})
    assert len(caught.value.errors()) == 1


def test_the_validity_may_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError, match="valid_from is after valid_until"):
        template(valid_from="2026-12-01", valid_until="2026-11-01")


def test_nul_is_refused_because_postgres_cannot_store_it() -> None:
    with pytest.raises(ValidationError, match="NUL"):
        template(id="a\0b")


def test_blank_questions_are_refused() -> None:
    with pytest.raises(ValidationError):
        template(questions=["  "])


def test_the_same_content_is_the_same_version() -> None:
    assert template(tags=["a"]).version == template(tags=["a"]).version
    assert template(tags=["a"]).version != template(tags=["b"]).version


def test_a_changed_copy_has_its_own_version_and_reply() -> None:
    original = template(reply="{{ count }}", facts={"count": 1})
    assert (original.version, original.rendered_reply) == (original.version, "1")
    changed = original.model_copy(update={"facts": {"count": 2}})
    assert changed.rendered_reply == "2"
    assert changed.version != original.version


def test_a_template_fits_by_channel_visibility_and_day() -> None:
    narrow = template(channels=["instagram"], visibility="private", valid_until="2026-12-24")
    assert narrow.fits(channel="instagram", visibility="private", day=date(2026, 12, 24))
    assert not narrow.fits(channel="instagram", visibility="private", day=date(2026, 12, 25))
    assert not narrow.fits(channel="tiktok", visibility="private", day=date(2026, 12, 24))
    assert not narrow.fits(channel="instagram", visibility="public", day=date(2026, 12, 24))
