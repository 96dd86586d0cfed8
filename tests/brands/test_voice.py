from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replyassist.brands.voice import VoiceRules, default_voice, load_voice, parse_voice, reader, sample_voice
from replyassist.core.errors import InvalidInput

BASE: dict[str, Any] = {"brand": "fernhill", "name": "Fernhill"}
RULE: dict[str, Any] = {"id": "no-cheap", "kind": "banned_phrase", "phrases": ["cheap"]}


def voice(**rules: Any) -> VoiceRules:
    return parse_voice(BASE | rules)


def refused(**rules: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        voice(**rules)
    return caught.value


def written(folder: Path, text: str) -> Path:
    path = folder / "fernhill.yaml"
    path.write_text(f"brand: fernhill\nname: Fernhill\n{text}", encoding="utf-8")
    return path


def test_a_voice_of_two_lines_has_the_defaults() -> None:
    plain = voice()
    assert plain.languages == ["en"]
    assert (plain.address, plain.contractions, plain.greet_by_name, plain.echo_max) == ("any", "any", False, None)
    assert (plain.severities.banned_phrases, plain.severities.exclamations) == ("block", "warn")


@pytest.mark.parametrize(
    "changed",
    [
        {"rules": [RULE]},
        {"rules": [{**RULE, "severity": "block"}]},
        {"severities": {"exclamations": "fix"}},
        {"languages": ["en", "de"]},
        {"reading_grade_max": {"default": 9}},
        {"contractions": "avoid"},
    ],
)
def test_the_version_covers_every_rule(changed: dict[str, Any]) -> None:
    assert voice(**changed).version != voice().version
    assert voice(**changed).version == voice(**changed).version


def test_a_stored_voice_is_the_same_when_read_again() -> None:
    original = voice(rules=[RULE, {"id": "sorry", "kind": "replace", "phrases": ["x"], "replacement": "y"}])
    assert parse_voice(original.model_dump(mode="json")) == original


EXAMPLE = {"message": "norway?", "template": "We ship.", "reply": "Yes, we ship."}


def test_a_voice_of_an_earlier_version_is_read_without_the_fields_that_are_gone() -> None:
    stored = {"pick_ups": {"question": ["About {detail}:"]}, "examples": [EXAMPLE | {"close_reply": "We ship."}]}

    assert voice(**stored) == voice(examples=[EXAMPLE])
    assert voice(**stored).version == voice(examples=[EXAMPLE]).version


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"close_reply": "We ship."}, "close_reply"), ({"examples": [EXAMPLE | {"pick_ups": {}}]}, "examples.0.pick_ups")],
)
def test_what_is_gone_from_one_place_is_unknown_in_another(changed: dict[str, Any], field: str) -> None:
    assert refused(**changed).field == field


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"severity": "loud"}, "rules.0.severity"),
        ({"severity": "fix"}, "rules.0.severity"),
        ({"phrases": []}, "rules.0.phrases"),
        ({"when": {"mood": ["cross"]}}, "rules.0.when.mood.0"),
        ({"id": "No Cheap"}, "rules.0.id"),
        ({"phrase": "cheap"}, "rules.0.phrase"),
        ({"kind": "ban"}, "rules.0"),
        ({"id": "exclamations"}, "rules.0"),
    ],
)
def test_a_wrong_rule_is_refused_by_its_field(rule: dict[str, Any], field: str) -> None:
    assert refused(rules=[RULE | rule]).field == field


@pytest.mark.parametrize("pattern", ["(a", "(?=a)", r"(a)\1", "a*", ""])
def test_a_pattern_that_is_malformed_unbounded_or_matches_nothing_is_refused(pattern: str) -> None:
    error = refused(rules=[{"id": "own", "kind": "pattern", "pattern": pattern}])
    assert error.field == "rules.0.pattern"


@pytest.mark.parametrize("pattern", ["(a+)+$", r"\bv\d+\b", "[☕🌱]"])
def test_any_pattern_without_lookaround_is_taken(pattern: str) -> None:
    assert voice(rules=[{"id": "own", "kind": "pattern", "pattern": pattern}]).rules


def test_an_id_is_there_once() -> None:
    assert "no-cheap" in str(refused(rules=[RULE, RULE]))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"languages": []}, "languages"),
        ({"languages": ["english"]}, "languages.0"),
        ({"severities": {"emojis": "fix"}}, "severities.emojis"),
        ({"severities": {"never_promise": "fix"}}, "severities.never_promise"),
        ({"echo_max": 2}, "echo_max"),
        ({"reading_grade_max": {"default": 0}}, "reading_grade_max.default"),
        ({"address": "polite"}, "address"),
    ],
)
def test_a_wrong_field_is_refused_by_name(changed: dict[str, Any], field: str) -> None:
    assert refused(**changed).field == field


def test_a_mistake_in_a_file_has_file_line_and_field(tmp_path: Path) -> None:
    path = written(tmp_path, "rules:\n  - id: one\n    kind: pattern\n    severity: warn\n    pattern: '(a'\n")
    with pytest.raises(InvalidInput) as caught:
        load_voice(path)
    assert (caught.value.file, caught.value.line, caught.value.field) == (str(path), 7, "rules.0.pattern")


def test_a_file_that_is_no_yaml_has_a_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_voice(written(tmp_path, "rules: [\n"))
    assert caught.value.line


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        load_voice(tmp_path / "none.yaml")


def test_the_reading_grade_is_the_platforms_or_the_default() -> None:
    limits = voice(reading_grade_max={"default": 10, "tiktok": 8})
    assert (limits.reading_grade_max_for("tiktok"), limits.reading_grade_max_for("instagram")) == (8, 10)
    assert voice().reading_grade_max_for("tiktok") is None


@pytest.mark.parametrize("brand", ["fernhill", "harbour"])
def test_a_sample_voice_has_rules_of_its_own_and_mends_what_it_can(brand: str) -> None:
    sample = sample_voice(brand)
    assert sample is not None
    assert {"stock-opening", "plain-sorry"} <= {rule.id for rule in sample.rules}
    assert (sample.severities.exclamations, sample.severities.emoji, sample.severities.hashtags) == ("fix",) * 3


def test_a_new_brand_has_the_neutral_voice_under_its_own_name() -> None:
    neutral = default_voice("blue-boat")
    assert (neutral.brand, neutral.name, sample_voice("blue-boat")) == ("blue-boat", "Blue Boat", None)
    assert neutral.rules


@pytest.mark.parametrize("brand", ["fernhill", "harbour"])
def test_rules_that_are_written_are_read_again_as_they_are(brand: str) -> None:
    rules = sample_voice(brand)
    assert rules is not None

    assert reader.read_voice(reader.written(rules), file="rules").version == rules.version


def test_a_text_that_stands_for_a_longer_one_is_refused() -> None:
    with pytest.raises(InvalidInput, match="aliases"):
        reader.read_voice("name: &a x\nbrand: *a\n", file="rules")
