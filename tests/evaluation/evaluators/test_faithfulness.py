"""Grounding, coverage, voice and readiness of one draft."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.evaluation.evaluators.faithfulness import Coverage, Grounding, Readiness, VoiceKept
from replyassist.guardrails import Finding, Severity, Verdict
from replyassist.guardrails.spans import LeftOut

from ..labelled import candidate, case, outcome, proposal

EVALUATORS = (Grounding(), Coverage(), VoiceKept())


def finding(rule: str, severity: Severity = Severity.WARN) -> Finding:
    return Finding(rule=rule, severity=severity, explanation="")


@pytest.mark.parametrize(
    ("findings", "forbidden", "expected"),
    [
        ((), ["free shipping"], (True, True, True)),
        ((finding("grounding.unsupported_number"),), [], (False, True, False)),
        ((finding("grounding.left_out", Severity.INFO),), [], (True, True, True)),
        ((finding("voice.emoji_count"),), [], (True, True, True)),
        ((), ["32 countries"], (True, False, False)),
    ],
)
def test_a_draft_is_grounded_by_the_checks_and_by_the_labels(
    findings: tuple[Finding, ...], forbidden: list[str], expected: tuple[bool, bool, bool]
) -> None:
    labelled = case(expected={"must_not_include": forbidden})

    values = Grounding().evaluate(outcome(proposal(findings=findings), of=labelled))

    assert (values["no_grounding_findings"], values["says_nothing_forbidden"], values["grounded"]) == expected


def test_coverage_is_the_share_of_labelled_passages() -> None:
    labelled = case(expected={"must_include": ["32 countries", "4 to 7 working days", "customs"]})

    values = Coverage().evaluate(outcome(proposal(candidates=(candidate(coverage=0.5),)), of=labelled))

    assert values["fact_coverage"] == pytest.approx(2 / 3)
    assert values["coverage_by"] == "labels"


def test_coverage_without_labels_is_that_of_the_template() -> None:
    left_out = (LeftOut(text="4 to 7 working days", was_asked=True),)
    made = proposal(candidates=(candidate(coverage=0.5, left_out=left_out),))

    assert Coverage().evaluate(outcome(made)) == {
        "template_coverage": 0.5,
        "asked_facts_kept": False,
        "fact_coverage": 0.5,
        "coverage_by": "template",
    }


@pytest.mark.parametrize(
    ("found", "passed"),
    [
        ((), True),
        ((finding("voice.capitals"),), False),
        ((finding("voice.fixed", Severity.INFO),), True),
        ((finding("grounding.unsupported_number"),), True),
    ],
)
def test_a_voice_is_kept_when_no_rule_of_it_objects(found: tuple[Finding, ...], passed: bool) -> None:
    assert VoiceKept().evaluate(outcome(proposal(findings=found))) == {"voice_pass": passed}


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
    values = Readiness().evaluate(outcome(proposal(verdict=verdict), of=case(expected=labels)))

    assert (values["send_ready"], values["verdict_holds"]) == (ready, True)


@pytest.mark.parametrize(("labels", "ready"), [({}, False), ({"must_include": ["32 countries"]}, True)])
def test_a_draft_from_another_template_is_ready_only_where_the_labels_say_that_it_answers(
    labels: dict[str, Any], ready: bool
) -> None:
    made = proposal(template_id="opening-hours")

    assert Readiness().evaluate(outcome(made, of=case(expected=labels)))["send_ready"] is ready


def test_a_case_that_should_be_drafted_and_was_not_is_not_ready() -> None:
    assert Readiness().evaluate(outcome(proposal(""))) == {"send_ready": False}
    assert Readiness().evaluate(outcome(proposal(""), of=case(expected={"template_id": None}))) == {}


def test_a_verdict_does_not_hold_with_a_blocking_finding_or_a_draft_that_the_checks_would_block() -> None:
    blocked = proposal(findings=(finding("voice.banned_phrase", Severity.BLOCK),))
    invented = proposal("Hi Tom! We ship to 999 countries for £3.99.")

    assert Readiness().evaluate(outcome(blocked))["verdict_holds"] is False
    assert Readiness().evaluate(outcome(invented))["verdict_holds"] is False


def test_without_a_draft_nothing_is_said_of_it() -> None:
    assert [evaluator.evaluate(outcome(proposal(""))) for evaluator in EVALUATORS] == [{}, {}, {}]
