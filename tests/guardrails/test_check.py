from __future__ import annotations

import pytest
from pydantic import ValidationError

from replyassist.guardrails import RULES, Severity, Verdict, check

from .builders import TEMPLATE, context


def test_the_reply_of_the_template_is_ready() -> None:
    result = check(TEMPLATE, context())
    assert (result.findings, result.verdict, result.coverage) == ((), Verdict.READY, 1.0)


def test_findings_come_in_the_order_of_the_text_and_the_worst_first() -> None:
    there = context(rules={"banned_phrases": ["i'm a bot"], "exclamations_max": 0})
    result = check("I'm a bot! It takes 3 weeks!", there)
    places = [(finding.start, finding.severity) for finding in result.findings]
    assert [start for start, _ in places] == sorted(start for start, _ in places)
    assert [severity for start, severity in places if start == 0] == [Severity.BLOCK, Severity.BLOCK, Severity.WARN]


def test_the_worst_finding_decides_the_verdict() -> None:
    assert check("It takes 7 days.", context()).verdict is Verdict.NEEDS_EDIT
    assert check("It takes 7 weeks.", context()).verdict is Verdict.BLOCKED


def test_the_same_objection_is_made_once() -> None:
    result = check("Delivery takes 10 to 20 weeks.", context())
    assert len(result.findings) == len(set(result.findings)) == 1


def test_without_a_template_nothing_can_be_lost() -> None:
    assert check("Thank you for the photo of your dog.", context(reply=None)).coverage == 1.0


def test_a_result_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        check("Yes.", context()).coverage = 0.0  # type: ignore[misc]  # that it is refused is the test


def test_every_rule_stands_in_the_registry_once() -> None:
    assert len(set(RULES)) == len(RULES) >= 27


def test_a_result_survives_storage() -> None:
    result = check("It takes 7 weeks.", context())
    assert type(result).model_validate_json(result.model_dump_json()) == result
