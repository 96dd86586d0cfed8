from __future__ import annotations

from typing import Any

import pytest

from replyassist.guardrails import CheckContext, Severity

from ..builders import context, excerpts, findings


def having(rule: dict[str, Any], **fields: Any) -> CheckContext:
    return context(rules={"rules": [{"id": "own", **rule}]}, reply="Yes.", **fields)


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "banned_phrase": ({"phrases": ["cheap"]}, "It is ch3aper... no, cheap.", "It is good value."),
    "required_phrase": ({"phrases": ["capital at risk", "your capital is at risk"]}, "Invest.", "Capital at risk."),
    "opening": ({"phrases": ["great question"]}, "Hi Tom! Great question. Yes.", "Yes, that is a great question."),
    "ending": ({"phrases": ["have a great day"]}, "Yes. Have a great day! ☕", "Have a great day at the bar."),
    "replace": ({"phrases": ["utilise"], "replacement": "use"}, "Please utilise it.", "Please use it."),
    "pattern": ({"pattern": r"\bv\d+\b"}, "It is V12 now.", "It is version 12 now."),
    "required_pattern": ({"pattern": r"ref [0-9]+"}, "No reference.", "It is Ref 12."),
    "max_count": ({"phrases": ["sorry"], "max": 1}, "Sorry, so sorry.", "Sorry."),
}  # fmt: skip


@pytest.mark.parametrize("kind", CASES)
def test_a_rule_that_is_data_objects_to_what_breaks_it(kind: str) -> None:
    fields, broken, kept = CASES[kind]
    there = having({"kind": kind, **fields})
    found = findings(broken, there, "voice.own")
    assert [finding.severity for finding in found] == [Severity.WARN]
    assert found[0].explanation
    assert not findings(kept, there, "voice.own")


def test_a_rule_says_where() -> None:
    there = having({"kind": "max_count", "phrases": ["sorry"], "max": 1})
    assert excerpts("Sorry, so sorry, sorry.", there, "voice.own") == ["sorry"]
    there = having({"kind": "opening", "phrases": ["great question"]})
    assert excerpts("Hi Tom! Great question. Yes.", there, "voice.own") == ["Great question"]


def test_a_rule_has_its_own_severity_and_message() -> None:
    there = having({"kind": "banned_phrase", "phrases": ["cheap"], "severity": "block", "message": "Say good value."})
    [finding] = findings("It is cheap.", there, "voice.own")
    assert (finding.severity, finding.explanation) == (Severity.BLOCK, "Say good value.")


@pytest.mark.parametrize(
    ("when", "fields"),
    [
        ({"channel": ["tiktok"]}, {"channel": "tiktok"}),
        ({"visibility": ["private"]}, {"visibility": "private"}),
        ({"mood": ["complaint"]}, {"mood": "complaint"}),
        ({"language": ["de"]}, {"language": "de"}),
    ],
)
def test_a_rule_holds_only_where_it_says(when: dict[str, Any], fields: dict[str, Any]) -> None:
    rule = {"kind": "banned_phrase", "phrases": ["cheap"], "when": when}
    assert findings("It is cheap.", having(rule, **fields), "voice.own")
    assert not findings("It is cheap.", having(rule), "voice.own")


def test_a_pattern_that_would_hang_a_backtracking_engine_is_answered() -> None:
    there = having({"kind": "pattern", "pattern": "(a+)+$"})
    assert not findings("a" * 5000 + "!", there, "voice.own")
