from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from replyassist.core.errors import ConfigurationError
from replyassist.core.language_files import read_languages
from replyassist.drafting.profiles import profile_named
from replyassist.triage import Route, triage
from replyassist.triage.phrases import phrases_of
from replyassist.triage.risks import RiskWords, risk_languages, risks_of, topics
from tests.samples_by_language import DEV, TEST, messages

HERE = Path(__file__).parent
HARMLESS = "harmless"
LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "sv")
BY_LANGUAGE = {
    language: yaml.safe_load((HERE / "risk_messages" / f"{language}.yaml").read_text("utf-8")) for language in LANGUAGES
}
LATER = yaml.safe_load((HERE / "later_risks.yaml").read_text("utf-8"))
ACCIDENTS = yaml.safe_load((HERE / "accident_risks.yaml").read_text("utf-8"))
LOOK_ALIKES = ACCIDENTS.pop(HARMLESS)
OBLIQUE = yaml.safe_load((HERE / "oblique_risks.yaml").read_text("utf-8"))
# Too much else is said in these words for a list: "I don't want (it) any more", "I put an end to everything".
STILL_MISSED = frozenset({"ich will nicht mehr", "ikväll gör jag slut på allt"})
RISKY = [
    (language, kind, text)
    for source in (BY_LANGUAGE, LATER, OBLIQUE, ACCIDENTS)
    for language, kinds in source.items()
    for kind, texts in kinds.items()
    for text in texts
    if kind != HARMLESS and text not in STILL_MISSED
]


def kinds_of(text: str) -> set[str]:
    return {risk.kind for risk in risks_of(text)}


def test_triage_reads_the_risks_of_every_language_that_a_model_writes() -> None:
    assert risk_languages() >= set(profile_named("chat").languages)


@pytest.mark.parametrize(("language", "kind", "text"), RISKY)
def test_a_risk_is_seen_in_every_language(language: str, kind: str, text: str) -> None:
    assert kind in kinds_of(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_has_its_messages_in_every_language(language: str) -> None:
    own = BY_LANGUAGE[language]

    assert set(own) == set(RiskWords.model_fields)
    assert {*own} - {HARMLESS} <= set(topics())
    assert len(own[HARMLESS]) >= 12
    assert min(len(own[kind]) + len(LATER[language].get(kind, ())) for kind in ("self_harm", "danger", "health")) >= 9


@pytest.mark.parametrize(
    "text", [text for language in LANGUAGES for text in BY_LANGUAGE[language][HARMLESS]], ids=lambda text: text[:30]
)
def test_an_idiom_is_no_risk(text: str) -> None:
    assert kinds_of(text) == set()


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_a_harmless_message_in_the_words_of_an_accident_is_no_risk(text: str) -> None:
    assert kinds_of(text) == set()


def test_ordinary_messages_of_all_languages_are_no_risk() -> None:
    ordinary = [text for half in (DEV, TEST) for _, text in messages(half)]

    assert sum(bool(kinds_of(text)) for text in ordinary) <= 0.02 * len(ordinary)


@pytest.mark.parametrize("text", ["Ich will mich umbringen", "jag vill dö", "quiero morir", "kms tonight"])
def test_three_words_of_a_grave_risk_are_enough_whatever_the_brand_writes(text: str) -> None:
    found = triage(text, languages=("en",))

    assert (found.route, found.urgency) == (Route.ESCALATE, 100)
    assert found.reason.startswith("self_harm")


@pytest.mark.parametrize(
    "text",
    ["ICH WILL MICH UMBRINGEN", "quiero móríŕ", "chce sie zabic", "ich will mich toeten", "i don’t wanna be alive"],
)
def test_capitals_and_missing_or_strange_marks_hide_nothing(text: str) -> None:
    assert "self_harm" in kinds_of(text)


def test_the_excerpt_is_as_it_was_written() -> None:
    assert risks_of("Chcę się ZABIĆ!")[0].excerpt == "się ZABIĆ"


class TestPhrases:
    @pytest.mark.parametrize(
        ("phrase", "text"),
        [
            ("hurt|cut myself", "i cut myself"),
            ("lawyer*", "the lawyers"),
            ("no reason to? live", "no reason live"),
            ("bring ... um", "bring dich heute noch um"),
            ("can't go on", "cant go on"),
            ("self-harm", "self harm"),
            ("töten", "toeten"),
        ],
    )
    def test_a_phrase_is_found(self, phrase: str, text: str) -> None:
        assert phrases_of(phrase).first(text) is not None

    @pytest.mark.parametrize(
        ("phrase", "text"),
        [
            ("bring ... um", "bring es mit. um zehn"),
            ("bring ... um", "bring a b c d e um"),
            ("sue", "issue"),
            ("rash", "rashly"),
            ("want to die", "want, to die"),
        ],
    )
    def test_a_phrase_ends_with_its_words_and_with_the_sentence(self, phrase: str, text: str) -> None:
        assert phrases_of(phrase).first(text) is None

    @pytest.mark.parametrize("phrase", ["... die", "to? die", "x* y"])
    def test_a_phrase_has_a_first_word(self, phrase: str) -> None:
        with pytest.raises(ValueError, match="begins with"):
            phrases_of(phrase)

    def test_a_file_with_such_a_phrase_is_named_with_its_topic(self, tmp_path: Path) -> None:
        topics_of_file = "".join(f"{kind}: |\n  sue\n" for kind in RiskWords.model_fields if kind != HARMLESS)
        (tmp_path / "xx.yaml").write_text(topics_of_file.replace("legal: |\n  sue", "legal: |\n  to? sue"), "utf-8")

        with pytest.raises(ConfigurationError, match=r"xx\.yaml:7: field 'legal': .*'to\? sue' begins with"):
            read_languages(tmp_path, RiskWords)
