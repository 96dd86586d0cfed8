from __future__ import annotations

from typing import Any

import pytest

from replyassist.guardrails import CheckResult, Verdict, check
from replyassist.guardrails.language import draft_language
from replyassist.guardrails.words import languages_read
from replyassist.triage.risks import risk_languages
from tests.guardrails.builders import context
from tests.samples_by_language import TEST, messages

ENGLISH = "We ship to 32 countries in Europe and it takes 4 to 7 working days."
GERMAN = "Wir liefern in 32 Länder in Europa, das dauert 4 bis 7 Werktage."


def foreign(text: str, *, language: str = "en", reply: str = ENGLISH) -> list[str]:
    return [found.excerpt for found in draft_language(text, context(reply=reply, language=language))]


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (GERMAN, "de")])
def test_a_reply_in_the_right_language_passes(text: str, language: str) -> None:
    assert foreign(text, language=language) == []


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "de"), (GERMAN, "en"), (GERMAN, "fr")])
def test_a_reply_in_the_wrong_language_is_found_whole(text: str, language: str) -> None:
    assert foreign(text, language=language) == [text]


def test_a_sentence_in_another_language_inside_a_reply_is_found() -> None:
    text = f"Hi Tom! {ENGLISH} {GERMAN} Thanks for asking, and enjoy the coffee when it is there."

    assert foreign(text) == [GERMAN]


def test_an_english_template_sentence_inside_a_german_reply_is_found() -> None:
    text = f"Hallo Tom! {GERMAN} Wir freuen uns auf deine Bestellung und wünschen dir viel Freude damit. {ENGLISH}"

    assert foreign(text, language="de") == [ENGLISH]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Danke!",
        "Hi Niamh! Gesha, Pacamara, Yirgacheffe.",
        "Sláinte from Baile Átha Cliath!",
        "Hi Dónal Ó Súilleabháin, we ship to Norway.",
        'You wrote "Wo ist meine Bestellung, ich warte seit einer Woche", and it is on its way to you now.',
        "Try the café crème, the dulce de leche or the Crema e Gusto with it.",
        "Yes ☕💚",
    ],
)
def test_names_borrowed_words_and_short_drafts_prove_nothing(text: str) -> None:
    assert foreign(text) == []


def test_what_the_brand_wrote_itself_may_be_in_any_language() -> None:
    own = "Go raibh míle maith agat as do chuid foighne linn."

    assert foreign(f"{ENGLISH} {own}", reply=f"{ENGLISH} {own}") == []


def test_a_short_german_draft_is_not_taken_for_english() -> None:
    assert foreign("Ja, klar, Tom!", language="de") == []


GERMAN_REPLY = "Die Lieferung dauert 4 Werktage. Ungeöffnete Ware kannst du innerhalb von 30 Tagen zurückschicken."
GERMAN_VOICE = {
    "languages": ["de"],
    "greetings": {"named": ["Hallo {name},"], "unnamed": ["Hallo,"]},
    "greet_by_name": True,
    "empathy": {"complaint": ["Das tut uns leid."], "praise": ["Danke für die lieben Worte!"], "question": [""]},
    "closings": {"public": [""], "private": ["Schreib uns jederzeit."]},
    "sign_off": {"text": "Dein Fernhill-Team", "required": True},
}


def german(text: str, *, reply: str | None = GERMAN_REPLY, **fields: Any) -> CheckResult:
    return check(text, context(rules=GERMAN_VOICE, reply=reply, language="de", author_name="Tom Weber", **fields))


def rules_of(result: CheckResult) -> list[str]:
    return [found.rule for found in result.findings if found.rule.startswith("language.")]


class TestMeaningUnchecked:
    @pytest.mark.parametrize(
        "text",
        [
            GERMAN_REPLY + " Dein Fernhill-Team",
            f"Hallo Tom, {GERMAN_REPLY[0].lower()}{GERMAN_REPLY[1:]} Dein Fernhill-Team",
            f"Hallo Tom, das tut uns leid. {GERMAN_REPLY} Schreib uns jederzeit. Dein Fernhill-Team",
            f"Hallo Tom,\n\n{GERMAN_REPLY}\n\nDein Fernhill-Team",
        ],
    )
    def test_the_template_as_it_stands_among_set_phrases_is_ready(self, text: str) -> None:
        assert (german(text).verdict, rules_of(german(text))) == (Verdict.READY, [])

    @pytest.mark.parametrize(
        "said",
        [
            GERMAN_REPLY.replace("kannst du", "kannst du nicht"),  # flipped
            GERMAN_REPLY.replace("Ungeöffnete Ware", "Ware"),  # a condition dropped
            GERMAN_REPLY.split(". ", maxsplit=1)[0] + ".",  # half of the template
            GERMAN_REPLY + " Du bekommst dein Geld zurück.",  # invented
            GERMAN_REPLY.replace("zurückschicken", "umtauschen"),
            "Ja, klar!",
        ],
    )
    def test_whatever_else_it_says_is_never_ready(self, said: str) -> None:
        result = german(f"Hallo Tom, {said} Dein Fernhill-Team")

        assert result.verdict is not Verdict.READY
        assert rules_of(result) == ["language.meaning_unchecked"]
        assert "German" in next(one.explanation for one in result.findings if one.rule.startswith("language."))

    def test_a_templates_own_greeting_may_give_way_to_the_voices(self) -> None:
        result = german(f"Hallo Tom, {GERMAN_REPLY} Dein Fernhill-Team", reply=f"Liebe Kundin, {GERMAN_REPLY}")

        assert rules_of(result) == []

    def test_set_phrases_alone_need_no_template(self) -> None:
        assert rules_of(german("Hallo Tom, danke für die lieben Worte! Dein Fernhill-Team", reply=None)) == []
        assert rules_of(german("Hallo Tom, du bekommst einen Gutschein.", reply=None)) == ["language.meaning_unchecked"]

    def test_a_few_words_of_another_language_in_an_english_reply_are_seen(self) -> None:
        result = check(f"{ENGLISH} Volle Rückerstattung garantiert.", context(reply=ENGLISH))

        assert rules_of(result) == ["language.meaning_unchecked"]

    @pytest.mark.parametrize(
        "said",
        ["Geld zurück!", "Remboursé!", "Ok, gratis.", "Sin gastos.", "Rimborso garantito!", "Korting!", "Za darmo."],
    )
    def test_a_promise_of_one_or_two_words_in_another_language_is_seen(self, said: str) -> None:
        assert rules_of(check(f"{ENGLISH} {said}", context(reply=ENGLISH))) == ["language.meaning_unchecked"]

    def test_a_promise_that_the_brand_made_itself_is_its_own(self) -> None:
        own = "Delivery is gratis."

        assert rules_of(check(f"Hi! {own} Enjoy!", context(reply=own))) == []

    @pytest.mark.parametrize("said", ["Danke!", "Sláinte!", "Merci, Zoë!", "Grazie mille!", "☕💚"])
    def test_a_courtesy_of_another_language_is_free(self, said: str) -> None:
        assert rules_of(check(f"{ENGLISH} {said}", context(reply=ENGLISH))) == []

    @pytest.mark.parametrize("text", [ENGLISH, f"Hi Siobhán! {ENGLISH} Slán, Fernhill", "Yes ☕💚", ""])
    def test_an_english_reply_is_read(self, text: str) -> None:
        assert rules_of(check(text, context(reply=ENGLISH, author_name="Siobhán Ní Bhriain"))) == []

    def test_which_languages_are_read_is_told_by_the_files(self) -> None:
        assert languages_read() == {"en"}


class TestMessageUnread:
    @pytest.mark.parametrize("text", [text for code, text in messages(TEST) if code in {"tr", "fi", "hu", "ru", "ja"}])
    def test_a_reply_to_what_nobody_here_reads_is_never_ready(self, text: str) -> None:
        result = check(ENGLISH, context(reply=ENGLISH, message=text))

        assert result.verdict is Verdict.NEEDS_EDIT
        assert rules_of(result) == ["language.message_unread"]

    @pytest.mark.parametrize("text", ["imate li decaf?", "van decaf?", "máte decaf?", "kas teil on decaf?"])
    def test_the_name_of_a_product_makes_no_message_english(self, text: str) -> None:
        assert rules_of(check(ENGLISH, context(reply=ENGLISH, message=text))) == ["language.message_unread"]

    @pytest.mark.parametrize(
        "text", ["any decaf?", "got decaf?", "ye got decaf", "decaf pls", "cheap decaf?", "oat milk?", "u ship norway?"]
    )
    def test_a_few_english_words_or_a_product_are_read(self, text: str) -> None:
        assert rules_of(check(ENGLISH, context(reply=ENGLISH, message=text))) == []

    def test_messages_in_languages_that_are_read_are_left_alone(self) -> None:
        main = [text for code, text in messages(TEST) if code in risk_languages()]
        found = [text for text in main if rules_of(check(ENGLISH, context(reply=ENGLISH, message=text)))]

        assert len(found) <= 0.01 * len(main)
