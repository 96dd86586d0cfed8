from __future__ import annotations

from datetime import date
from typing import Any

from replyassist.faq.checking import CheckedFields, check_fields
from tests.world import shipping, voice

TODAY = date(2026, 11, 22)
QUESTIONS = ["do you ship to Norway?", "international delivery?", "do you send abroad?"]


def check(**fields: Any) -> CheckedFields:
    document = shipping(questions=QUESTIONS).model_dump(mode="json") | fields
    others = [shipping(id="cards", questions=["Gift cards?"], reply="Under Gifts.", facts={})]
    return check_fields(document, others=others, voice=voice(), today=TODAY)


def test_a_good_template_has_nothing_to_look_at() -> None:
    checked = check()

    assert checked.template is not None
    assert (checked.errors, checked.findings, checked.changes) == ((), (), ())


def test_a_slot_without_a_fact_is_an_error_with_a_sentence() -> None:
    checked = check(facts={})

    assert checked.template is None
    assert "countries_count" in checked.errors[0].message


def test_a_wrong_day_names_its_field() -> None:
    checked = check(valid_from="tomorrow")

    assert (checked.template, checked.errors[0].field) == (None, "valid_from")


def test_what_would_be_mended_is_told() -> None:
    checked = check(title="Shipping &amp; more")

    assert [change.field for change in checked.changes] == ["title"]


def test_lint_says_what_it_says_of_files() -> None:
    checked = check(questions=[*QUESTIONS, "gift cards"], reply="Dear customer, yes.", valid_until="2026-11-01")

    assert {finding.rule for finding in checked.findings} == {
        "unused_fact",
        "banned_phrase",
        "expired",
        "duplicate_question",
    }
