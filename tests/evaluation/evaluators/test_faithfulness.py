"""Grounding, coverage and voice of one draft."""

from __future__ import annotations

import pytest

from replyassist.evaluation.evaluators.faithfulness import CoverageEvaluator, Grounding, VoiceKept
from replyassist.guardrails import Finding, Severity
from replyassist.guardrails.spans import OmittedFact

from ..labelled import candidate, case, outcome, proposal

EVALUATORS = (Grounding(), CoverageEvaluator(), VoiceKept())


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

    values = CoverageEvaluator().evaluate(outcome(proposal(candidates=(candidate(coverage=0.5),)), of=labelled))

    assert values["fact_coverage"] == pytest.approx(2 / 3)
    assert values["coverage_by"] == "labels"


def test_coverage_without_labels_is_that_of_the_template() -> None:
    left_out = (OmittedFact(text="4 to 7 working days", was_asked=True),)
    made = proposal(candidates=(candidate(coverage=0.5, left_out=left_out),))

    assert CoverageEvaluator().evaluate(outcome(made)) == {
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


def test_without_a_draft_nothing_is_said_of_it() -> None:
    assert [evaluator.evaluate(outcome(proposal(""))) for evaluator in EVALUATORS] == [{}, {}, {}]
