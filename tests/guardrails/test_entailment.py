"""What an entailment model adds to the checks of a text, with a model that says what it is told to."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.core.errors import EntailmentError
from replyassist.guardrails import CheckResult, Severity, Verdict, check
from replyassist.guardrails.entailment import LONGEST_PREMISE, LONGEST_STATEMENT, MOST_PAIRS
from replyassist.guardrails.spans import Relation
from replyassist.testing import FakeEntailment
from tests.guardrails.builders import context, template
from tests.guardrails.test_language_rule import GERMAN_REPLY, GERMAN_VOICE

ENGLISH = "We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."
SHORTER = "Hi Tom! Yes, we ship to 32 countries in Europe. It takes 4 to 7 working days. Any other questions?"
RULES = (
    "grounding.contradicted",
    "grounding.not_entailed",
    "grounding.entailment_unmade",
    "language.meaning_unchecked",
)
UNCHECKED = "language.meaning_unchecked"
UNMADE = "grounding.entailment_unmade"


def english(text: str, model: FakeEntailment | None, **fields: Any) -> CheckResult:
    return check(text, context(reply=ENGLISH, author_name="Tom Weber", entailment=model, **fields))


def german(text: str, model: FakeEntailment | None, *, reply: str | None = GERMAN_REPLY) -> CheckResult:
    there = context(rules=GERMAN_VOICE, reply=reply, language="de", author_name="Tom Weber", entailment=model)
    return check(text, there)


def said(result: CheckResult) -> list[tuple[str, Severity, str]]:
    return [(one.rule, one.severity, one.excerpt) for one in result.findings if one.rule in RULES]


class TestStatements:
    def test_each_statement_is_compared_with_the_template_as_a_person_reads_it(self) -> None:
        model = FakeEntailment()
        source = template(
            "We ship to {{ n }} countries in Europe.", title="Do you ship?", facts={"n": 32, "fee_eur": 5}
        )
        result = english("Hi Tom! Yes, we ship to 32 countries in Europe. Thanks!", model, template=source)

        assert model.calls == [
            (("Do you ship? We ship to 32 countries in Europe. fee eur: 5", "we ship to 32 countries in Europe."),)
        ]
        assert said(result) == []

    def test_greetings_courtesies_and_questions_are_not_asked_about(self) -> None:
        model = FakeEntailment()
        english(SHORTER, model)

        assert model.statements == ["we ship to 32 countries in Europe.", "It takes 4 to 7 working days."]

    def test_all_statements_go_in_one_call(self) -> None:
        model = FakeEntailment()
        english(SHORTER, model)

        assert [len(call) for call in model.calls] == [2]

    @pytest.mark.parametrize("text", [ENGLISH, "Thanks!", ""])
    def test_the_template_letter_by_letter_and_what_states_nothing_ask_nothing(self, text: str) -> None:
        model = FakeEntailment(neutral=[""])

        assert said(english(text, model)) == []
        assert model.statements == []

    def test_without_a_template_there_is_nothing_to_compare_with(self) -> None:
        model = FakeEntailment(contradicted=[""])
        result = check("We ship to Mars.", context(reply=None, entailment=model))

        assert (model.calls, said(result), result.judged) == ([], [], None)

    def test_a_long_template_is_cut_between_sentences_and_one_part_that_says_it_is_enough(self) -> None:
        sentences = [
            f"Rule {number} of our shop says that parcels of sort {number} are weighed." for number in range(40)
        ]
        model = FakeEntailment()
        result = english("Parcels of sort 3 are weighed.", model, template=template(" ".join(sentences), title="Rules"))
        premises = [premise for premise, _ in model.calls[0]]

        assert len(premises) > 1
        assert all(len(premise) <= LONGEST_PREMISE + len("Rules ") for premise in premises)
        assert all(premise.startswith("Rules Rule ") for premise in premises)
        assert " ".join(premise.removeprefix("Rules ") for premise in premises) == " ".join(sentences)
        assert said(result) == []


class TestFindings:
    def test_what_the_sources_contradict_blocks(self) -> None:
        result = english(SHORTER, FakeEntailment(contradicted=["working days"]))

        assert said(result) == [("grounding.contradicted", Severity.BLOCK, "It takes 4 to 7 working days.")]
        assert result.verdict is Verdict.BLOCKED

    def test_what_the_sources_leave_open_is_to_be_looked_at(self) -> None:
        result = english(SHORTER, FakeEntailment(neutral=["countries"]))

        assert said(result) == [("grounding.not_entailed", Severity.WARN, "Yes, we ship to 32 countries in Europe.")]
        assert result.verdict is Verdict.NEEDS_EDIT

    def test_what_they_say_adds_nothing(self) -> None:
        assert english(SHORTER, FakeEntailment()).findings == english(SHORTER, None).findings

    def test_it_excuses_nothing_that_another_check_found(self) -> None:
        wrong = "Hi Tom! We ship to 58 countries in Europe. You get a full refund. Delivery takes 1 day."
        without = english(wrong, None)

        assert without.verdict is Verdict.BLOCKED
        assert set(english(wrong, FakeEntailment()).findings) == set(without.findings)

    def test_what_the_model_said_is_kept_with_the_places(self) -> None:
        judged = english(SHORTER, FakeEntailment(contradicted=["countries"])).judged

        assert judged is not None
        assert judged.model == "fake"
        assert [(SHORTER[one.start : one.end], one.relation, one.probability) for one in judged.statements] == [
            ("Yes, we ship to 32 countries in Europe.", Relation.CONTRADICTION, 0.9),
            ("It takes 4 to 7 working days.", Relation.ENTAILMENT, 0.9),
        ]

    def test_what_is_known_already_is_not_asked_again(self) -> None:
        first, again = FakeEntailment(contradicted=["countries"]), FakeEntailment()
        before = english(SHORTER, first)
        after = english(SHORTER, again, judged=before.judged)

        assert again.calls == []
        assert after == before


class TestFailure:
    def test_a_model_that_fails_costs_nothing_but_the_signal(self) -> None:
        result = english(SHORTER, FakeEntailment(error=EntailmentError("it is gone")))

        assert said(result) == [(UNMADE, Severity.INFO, SHORTER)]
        assert result.verdict is english(SHORTER, None).verdict is Verdict.READY

    def test_the_note_tells_nobody_where_the_model_is(self) -> None:
        result = english(SHORTER, FakeEntailment(error=EntailmentError("/srv/secret/models")))

        assert "secret" not in "".join(one.explanation for one in result.findings)

    def test_a_statement_that_is_too_long_for_the_model_is_noted(self) -> None:
        result = english(SHORTER, FakeEntailment(too_long=["countries"]))

        assert said(result) == [(UNMADE, Severity.INFO, SHORTER)]

    def test_a_very_long_statement_and_one_too_many_are_not_sent(self) -> None:
        endless = "We ship to 32 countries in Europe " + "with care " * (LONGEST_STATEMENT // 10) + "every day."
        many = " ".join(f"We ship sort {number} to Europe." for number in range(MOST_PAIRS + 5))
        model = FakeEntailment()
        english(f"{endless} {many}", model)

        assert len(model.statements) == MOST_PAIRS
        assert max(map(len, model.statements)) <= LONGEST_STATEMENT


class TestUnreadLanguages:
    FIRST, SECOND = reversed(GERMAN_REPLY.split(". "))
    WORDED = f"Hallo Tom, {FIRST} {SECOND}. Dein Fernhill-Team"

    def test_a_model_that_judged_every_statement_read_the_language(self) -> None:
        assert said(german(self.WORDED, None)) == [(UNCHECKED, Severity.WARN, self.WORDED)]

        model = FakeEntailment()
        result = german(self.WORDED, model)

        assert model.statements == [self.FIRST, f"{self.SECOND}."]
        assert said(result) == []
        assert result.verdict is Verdict.READY

    def test_what_it_finds_stands_at_its_place(self) -> None:
        text = self.WORDED.replace("Dein Fernhill-Team", "Du bekommst dein Geld zurück. Dein Fernhill-Team")
        result = german(text, FakeEntailment(contradicted=["Werktage"], neutral=["Geld"]))

        assert said(result) == [
            ("grounding.contradicted", Severity.BLOCK, f"{self.SECOND}."),
            ("grounding.not_entailed", Severity.WARN, "Du bekommst dein Geld zurück."),
        ]

    @pytest.mark.parametrize(
        "model",
        [
            FakeEntailment(error=EntailmentError("it is gone")),
            FakeEntailment(too_long=["Werktage"]),
        ],
    )
    def test_what_it_did_not_judge_nobody_read(self, model: FakeEntailment) -> None:
        rules = [rule for rule, _, _ in said(german(self.WORDED, model))]

        assert sorted(rules) == [UNMADE, UNCHECKED]

    def test_a_model_that_does_not_read_the_language_is_not_asked(self) -> None:
        model = FakeEntailment(languages=["en", "fr"])

        assert said(german(self.WORDED, model)) == [(UNCHECKED, Severity.WARN, self.WORDED)]
        assert model.calls == []
        assert said(german(self.WORDED, FakeEntailment(languages=["de"]))) == []

    def test_a_model_for_another_language_leaves_english_alone(self) -> None:
        model = FakeEntailment(languages=["de"], contradicted=[""])

        assert (said(english(SHORTER, model)), model.calls) == ([], [])

    def test_short_promises_and_questions_are_judged_where_no_rule_reads_them(self) -> None:
        model = FakeEntailment()
        german("Hallo Tom, Geld zurück! Sollen wir es dir schenken? Hi Tom, Geld her!", model)

        assert model.statements == ["Geld zurück!", "Sollen wir es dir schenken?", "Hi Tom, Geld her!"]

    def test_a_german_sentence_in_an_english_reply_is_judged(self) -> None:
        text = f"{ENGLISH} Volle Rückerstattung garantiert."
        result = english(text, FakeEntailment(neutral=["garantiert"]))

        assert ("grounding.not_entailed", Severity.WARN, "Volle Rückerstattung garantiert.") in said(result)
        assert UNCHECKED not in [rule for rule, _, _ in said(result)]

    @pytest.mark.parametrize("language", ["und", "ja", "sw", "tlh"])
    def test_a_language_of_which_nothing_is_known_is_judged_whole(self, language: str) -> None:
        model = FakeEntailment(neutral=["。", "!"])
        there = context(reply=ENGLISH, language=language, author_name="Tom Weber", entailment=model)
        rules = [rule for rule, _, _ in said(check("返金します。 Nuqneh jay!", there))]

        assert model.statements == ["返金します。 Nuqneh jay!"]
        assert rules == ["grounding.not_entailed"]

    def test_without_a_template_nobody_read_it(self) -> None:
        result = german("Hallo Tom, du bekommst einen Gutschein.", FakeEntailment(), reply=None)

        assert [rule for rule, _, _ in said(result)] == [UNCHECKED]
