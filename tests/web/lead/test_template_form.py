from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from replyassist.faq.template import ReplyTemplate, TemplateFields
from replyassist.web.lead.template_form import TemplateForm
from tests.faq.builders import templates
from tests.world import shipping


def through(form: TemplateForm, before: ReplyTemplate | None) -> ReplyTemplate:
    return ReplyTemplate.model_validate(TemplateFields.model_validate(form.fields(before)).model_dump())


def test_a_template_comes_out_of_the_form_as_it_went_in() -> None:
    template = shipping(
        facts={"countries_count": 32, "price": "4.50", "half": 0.5},
        links=["https://fernhill.example/shipping"],
        channels=["instagram", "email"],
        tags=["shipping", "abroad"],
        valid_until="2026-12-24",
        visibility="private",
        route="escalate",
        owner="lead",
    )

    assert through(TemplateForm.of(template), template).version == template.version


@given(template=templates())
def test_facts_that_nobody_touched_keep_their_type(template: ReplyTemplate) -> None:
    kept = TemplateForm.of(template).fields(template)["facts"]

    assert {name: value for name, value in kept.items() if name in template.slots} == {
        name: value for name, value in template.facts.items() if name in template.slots
    }


def test_new_facts_are_numbers_where_they_are_written_as_such() -> None:
    form = TemplateForm(
        id="a",
        reply="x",
        facts=(("whole", "32"), ("half", "0.5"), ("price", "4.50"), ("door", "007"), ("word", "inf"), ("none", "")),
    )

    assert form.fields(None)["facts"] == {"whole": 32, "half": 0.5, "price": "4.50", "door": "007", "word": "inf"}


def test_a_slot_without_a_fact_gets_a_row_and_two_are_spare() -> None:
    form = replace(TemplateForm.of(shipping()), reply="{{ countries_count }} in {{ days }} or {{days}}")

    assert form.fact_rows == [("countries_count", "32"), ("days", ""), ("", ""), ("", "")]
