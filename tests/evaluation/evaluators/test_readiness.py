"""What may be sent of one draft, by its verdict and its label; and why what is called ready is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.evaluation.evaluators.readiness import ReadinessEvaluator
from replyassist.guardrails import Finding, Severity, Verdict
from replyassist.proposal import Proposal

from ..labelled import REPLY, case, outcome, proposal


def blocking(rule: str) -> Finding:
    return Finding(rule=rule, severity=Severity.BLOCK, explanation="")


def judged(made: Proposal, **label: Any) -> tuple[Any, Any]:
    """Whether the draft is ready and right (None: not called ready), and why not."""
    values = ReadinessEvaluator().evaluate(outcome(made, of=case(expected=label)))
    return values.get("ready_right"), values.get("ready_wrong", "")


@pytest.mark.parametrize(
    ("verdict", "labels", "ready"),
    [
        (Verdict.READY, {"must_include": ["32 countries"], "must_not_include": ["free"]}, True),
        (Verdict.NEEDS_EDIT, {}, False),
        (Verdict.READY, {"must_include": ["customs"]}, False),
        (Verdict.READY, {"must_not_include": ["32 countries"]}, False),
    ],
)
def test_a_draft_can_be_sent_when_verdict_and_labels_agree(
    verdict: Verdict, labels: dict[str, Any], ready: bool
) -> None:
    values = ReadinessEvaluator().evaluate(outcome(proposal(verdict=verdict), of=case(expected=labels)))

    assert (values["send_ready"], values["verdict_holds"]) == (ready, True)


@pytest.mark.parametrize(("labels", "ready"), [({}, False), ({"must_include": ["32 countries"]}, True)])
def test_a_draft_from_another_template_is_ready_only_where_the_labels_say_that_it_answers(
    labels: dict[str, Any], ready: bool
) -> None:
    made = proposal(template_id="opening-hours")

    assert ReadinessEvaluator().evaluate(outcome(made, of=case(expected=labels)))["send_ready"] is ready


def test_a_case_that_should_be_drafted_and_was_not_is_not_ready() -> None:
    assert ReadinessEvaluator().evaluate(outcome(proposal(""))) == {"send_ready": False}
    assert ReadinessEvaluator().evaluate(outcome(proposal(""), of=case(expected={"template_id": None}))) == {}


def test_a_verdict_does_not_hold_with_a_blocking_finding_or_a_draft_that_the_checks_would_block() -> None:
    blocked = proposal(findings=(blocking("voice.banned_phrase"),))
    invented = proposal("Hi Tom! We ship to 999 countries for £3.99.")

    assert ReadinessEvaluator().evaluate(outcome(blocked))["verdict_holds"] is False
    assert ReadinessEvaluator().evaluate(outcome(invented))["verdict_holds"] is False


@pytest.mark.parametrize(
    "label",
    [
        {},
        {"route": "draft"},
        {"template_id": "opening-hours", "also_template_ids": ["shipping-abroad"]},
        {"must_include": ["32 countries", "4-7 working days"], "must_not_include": ["33 countries"]},
    ],
)
def test_a_ready_draft_is_right_when_its_label_agrees_in_everything(label: dict[str, Any]) -> None:
    assert judged(proposal(), **label) == (True, "")


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ({"template_id": None}, "template: shipping-abroad, not a template at all"),
        ({"template_id": None, "route": "draft"}, "template: shipping-abroad, not a template at all"),
        ({"template_id": "opening-hours"}, "template: shipping-abroad, not opening-hours"),
        ({"route": "escalate"}, "route: draft, not escalate"),
        ({"must_include": ["32 countries", "customs"]}, "fact: does not say 'customs'"),
        ({"must_not_include": ["32 countries"]}, "forbidden: says '32 countries'"),
        (
            {"template_id": None, "route": "escalate", "must_not_include": ["32 countries"]},
            "route: draft, not escalate; template: shipping-abroad, not a template at all; "
            "forbidden: says '32 countries'",
        ),
    ],
)
def test_a_ready_draft_that_its_label_contradicts_is_wrong_and_says_why(label: dict[str, Any], why: str) -> None:
    assert judged(proposal(), **label) == (False, why)


def test_the_facts_of_the_answer_do_not_make_a_wrong_template_right() -> None:
    assert judged(proposal(template_id="opening-hours"), must_include=["32 countries"])[0] is False


@pytest.mark.parametrize(("also", "right"), [("opening-hours", True), ("returns", False)])
def test_every_template_that_a_draft_draws_on_must_be_accepted(also: str, right: bool) -> None:
    made = proposal(also_templates=[{"id": also, "version": "v"}])

    assert judged(made, also_template_ids=["opening-hours"])[0] is right


@pytest.mark.parametrize(("route", "right"), [("draft", True), ("escalate", False), (None, False)])
def test_thanks_without_a_template_are_right_only_where_the_label_wants_a_draft(route: str | None, right: bool) -> None:
    thanks = proposal("Thank you, Tom!", template_id=None)

    assert judged(thanks, template_id=None, route=route)[0] is right


def test_a_ready_draft_that_the_checks_would_block_is_wrong() -> None:
    assert judged(proposal(findings=(blocking("voice.banned_phrase"),))) == (False, "finding: a check blocks it")


@pytest.mark.parametrize("made", [proposal(REPLY, verdict=Verdict.NEEDS_EDIT), proposal("")])
def test_what_is_not_called_ready_is_neither_right_nor_wrong(made: Proposal) -> None:
    assert judged(made, template_id=None) == (None, "")
