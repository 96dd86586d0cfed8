"""The gate is shut for what is surely worse, for what is under its floor, and for a blocked draft called ready."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.gate import FailedCheck, gate
from replyassist.evaluation.record import EvaluationRun
from replyassist.guardrails import Severity, Verdict
from tests.evaluation.builders import finding, proposal, result, run


def passing(values: list[bool], name: str = "grounded") -> EvaluationRun:
    return run(*(result(number, assertions={name: value}) for number, value in enumerate(values)))


GOOD, WORSE = [True] * 30, [False] * 12 + [True] * 18


def test_a_significant_fall_shuts_the_gate_and_names_the_cases() -> None:
    found = gate(passing(WORSE), baseline=passing(GOOD))

    assert not found.is_open
    (objection,) = found.objections
    assert (objection.check, objection.measure) == (FailedCheck.WORSE, "grounded")
    assert "1.000 to 0.600" in objection.detail
    assert objection.cases[0] == "c0"


def test_the_same_run_and_a_better_one_pass() -> None:
    assert gate(passing(GOOD), baseline=passing(GOOD)).is_open
    assert gate(passing(GOOD), baseline=passing(WORSE)).is_open


def test_a_fall_within_what_is_allowed_passes() -> None:
    assert gate(passing(WORSE), baseline=passing(GOOD), max_drop={"grounded": 0.5}).is_open
    assert gate(passing(WORSE), baseline=passing(GOOD), max_drop={"": 0.5}).is_open
    assert not gate(passing(WORSE), baseline=passing(GOOD), max_drop={"": 0.5, "grounded": 0.1}).is_open


def test_a_sure_but_tiny_fall_of_likeness_is_no_reason_unless_asked_for() -> None:
    before = run(*(result(number, scores={"chrf": 0.5}) for number in range(30)))
    after = run(*(result(number, scores={"chrf": 0.49}) for number in range(30)))

    assert gate(after, baseline=before).is_open
    assert not gate(after, baseline=before, max_drop={"": 0.0}).is_open


def test_a_slower_run_is_no_reason() -> None:
    fast = run(*(result(number, scores={"seconds": 1.0}) for number in range(20)))
    slow = run(*(result(number, scores={"seconds": 9.0 + number}) for number in range(20)))

    assert gate(slow, baseline=fast).is_open


def test_a_figure_under_its_floor_shuts_the_gate() -> None:
    candidate = passing(WORSE, "send_ready")

    assert gate(candidate, minimum={"send_ready_rate": 0.6}).is_open
    (objection,) = gate(candidate, minimum={"send_ready_rate": 0.7}).objections
    assert objection.check is FailedCheck.BELOW_MINIMUM


def test_a_floor_for_what_the_run_lacks_is_an_error_that_names_what_it_has() -> None:
    with pytest.raises(InvalidInput, match=r"no figure 'sendready'; it has .*send_ready_rate"):
        gate(passing(GOOD, "send_ready"), minimum={"sendready": 0.5})


def test_a_ready_draft_with_a_blocking_finding_always_shuts_the_gate() -> None:
    blocked = proposal(verdict=Verdict.READY, findings=(finding(Severity.BLOCK),))

    (objection,) = gate(run(result(1), result(2, proposal=blocked))).objections

    assert (objection.check, objection.cases) == (FailedCheck.BLOCKED_BUT_READY, ("c2",))


def test_a_ready_verdict_that_does_not_hold_when_checked_again_shuts_the_gate() -> None:
    assert not gate(run(result(1, assertions={"verdict_holds": False}))).is_open


def test_a_blocked_draft_that_is_called_blocked_passes() -> None:
    blocked = proposal(verdict=Verdict.BLOCKED, findings=(finding(Severity.BLOCK),))

    assert gate(run(result(1, proposal=blocked))).is_open


def called_ready(*values: bool | None, model: str | None = "fake") -> EvaluationRun:
    """Cases whose draft is ready and right (True), ready and wrong (False), or not called ready (None)."""
    judged: list[dict[str, Any]] = [
        {"proposal": proposal(verdict=Verdict.NEEDS_EDIT)} if value is None else {"assertions": {"ready_right": value}}
        for value in values
    ]
    return run(*(result(number, **fields) for number, fields in enumerate(judged)), model=model)


def test_drafts_newly_called_ready_and_wrong_shut_the_gate_when_chance_does_not_explain_them() -> None:
    before, after = called_ready(*[True] * 30, *[None] * 10), called_ready(*[True] * 30, *[False] * 10)

    (objection,) = gate(after, baseline=before).objections

    assert (objection.check, objection.measure) == (FailedCheck.WORSE, "ready_right")
    assert gate(before, baseline=after).is_open


def test_without_a_model_one_draft_newly_called_ready_and_wrong_shuts_the_gate() -> None:
    before, after = (called_ready(True, value, model=None) for value in (None, False))

    (objection,) = gate(after, baseline=before).objections

    assert (objection.check, objection.cases) == (FailedCheck.READY_AND_WRONG, ("c1",))
    assert gate(after, baseline=before, max_lost=1).is_open
    assert gate(after, baseline=after).is_open


def test_a_baseline_that_was_not_asked_what_ready_is_worth_is_no_evidence() -> None:
    before = run(result(0), result(1), model=None)

    assert gate(called_ready(True, False, model=None), baseline=before).is_open


def test_with_a_model_one_such_draft_may_be_chance_unless_none_is_allowed() -> None:
    before, after = called_ready(True, None), called_ready(True, False)

    assert gate(after, baseline=before).is_open
    assert not gate(after, baseline=before, max_lost=0).is_open


def test_the_share_of_right_ready_drafts_can_have_a_floor() -> None:
    (objection,) = gate(called_ready(True, False), minimum={"ready_right_rate": 0.6}).objections

    assert objection.check is FailedCheck.BELOW_MINIMUM


def test_a_floor_for_what_no_case_shows_is_an_error_that_says_so() -> None:
    with pytest.raises(InvalidInput, match="no case that 'ready_right_rate' could be measured on"):
        gate(called_ready(None), minimum={"ready_right_rate": 0.6})
