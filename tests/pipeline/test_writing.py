from __future__ import annotations

import re

import pytest

from replyassist.brands.voice import WorkedExample
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Severity, Verdict
from replyassist.inbox.inbound import Inbound
from replyassist.pipeline import PastReply, propose
from replyassist.proposal import BY_MODEL, BY_TEMPLATE
from replyassist.testing import FakeChatModel
from replyassist.testing.language_model import ModelCall
from replyassist.triage import Route
from tests.pipeline.builders import context
from tests.world import voice

GOOD = "Hi Tom! We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."
BAD = "Hi Tom! We ship to 45 countries in Europe. Delivery takes 4 to 7 working days."
QUESTION = Inbound(
    text="do you ship to Norway? about the international delivery", channel="instagram", author_name="Tom"
)
PICK_UPS = {"question": ["About {detail}:"], "complaint": ["Sorry about {detail}."]}


def said(call: ModelCall) -> str:
    return "\n".join(message.content for message in call.messages)


class TestRepair:
    def test_the_model_is_shown_its_findings_once_and_its_better_draft_is_kept(self) -> None:
        answers = iter([[BAD], [GOOD]])
        model = FakeChatModel(lambda _call: next(answers))

        proposal = propose(QUESTION, context(model))

        assert (proposal.draft, proposal.drafted_by, proposal.verdict) == (GOOD, BY_MODEL, Verdict.READY)
        assert len(model.calls) == 2
        assert "45" in model.calls[1].messages[-1].content
        assert model.calls[1].messages[-2].content == BAD

    def test_it_ends_after_one_repair_and_the_template_takes_over(self) -> None:
        model = FakeChatModel([BAD])

        proposal = propose(QUESTION, context(model))

        assert (proposal.drafted_by, len(model.calls)) == (BY_TEMPLATE, 2)
        assert [item.verdict for item in proposal.candidates if item.drafted_by == BY_MODEL][-1] is Verdict.BLOCKED

    def test_a_draft_that_passes_is_not_repaired(self) -> None:
        model = FakeChatModel([GOOD, BAD])

        propose(QUESTION, context(model))

        assert len(model.calls) == 1

    def test_a_base_model_is_not_asked_to_repair(self) -> None:
        model = FakeChatModel([BAD], profile="base")

        propose(QUESTION, context(model))

        assert len(model.calls) == 1


class TestOutline:
    def test_a_base_model_gets_a_grammar_of_checked_phrases(self) -> None:
        model = FakeChatModel(["Hi Tom! About the international delivery: we ship to 32 countries in Europe. "
                               "Delivery takes 4 to 7 working days."], profile="base")  # fmt: skip

        proposal = propose(QUESTION, context(model, voice=voice(pick_ups=PICK_UPS)))

        assert proposal.draft.startswith("Hi Tom! About the international delivery: we ship")
        assert (proposal.drafted_by, proposal.verdict) == (BY_MODEL, Verdict.READY)
        assert "About the international delivery:" in model.calls[0].grammar
        assert "45" not in model.calls[0].grammar

    def test_text_outside_the_outline_keeps_only_what_the_template_says(self) -> None:
        stray = "Hi Tom! I live in Norway. " + GOOD.removeprefix("Hi Tom! ")

        proposal = propose(QUESTION, context(FakeChatModel([stray], profile="base")))

        assert proposal.draft == GOOD

    def test_an_opening_that_the_thread_has_had_is_not_offered_again(self) -> None:
        message = Inbound(
            **(QUESTION.__dict__ | {"earlier_replies": ("Hi Tom! About the international delivery: it is on.",)})
        )
        model = FakeChatModel([GOOD], profile="base")
        pick_ups = {"question": ["About {detail}:", "On {detail}:"]}

        propose(message, context(model, voice=voice(pick_ups=pick_ups)))

        assert "On the international delivery:" in model.calls[0].grammar
        assert "About the international delivery:" not in model.calls[0].grammar

    def test_wording_of_recent_replies_to_the_template_is_not_repeated(self) -> None:
        past = (PastReply("shipping-abroad", "Hi Tom! About the international delivery: yes."),)
        model = FakeChatModel([GOOD], profile="base")

        propose(
            QUESTION,
            context(model, voice=voice(pick_ups={"question": ["About {detail}:", "On {detail}:"]}), recent=past),
        )

        assert "About the international delivery:" not in model.calls[0].grammar


class TestPersonalData:
    MESSAGE = "do you ship to Norway? order FH-30982, write to tom@mail.example or +353 87 555 0143"

    def test_the_model_sees_placeholders_and_the_digest_does_not_depend_on_the_data(self) -> None:
        digests = set()
        for address in ("tom@mail.example", "ana@mail.example"):
            model = FakeChatModel([GOOD])
            text = self.MESSAGE.replace("tom@mail.example", address)
            proposal = propose(Inbound(text=text, channel="instagram", author_name="Tom"), context(model))
            digests.add(proposal.prompt_digest)
            assert "mail.example" not in said(model.calls[0])
            assert "555" not in said(model.calls[0])

        assert len(digests) == 1

    def test_a_placeholder_in_a_public_draft_blocks_it(self) -> None:
        model = FakeChatModel([GOOD + " We have seen [ORDER_1]."])

        proposal = propose(Inbound(text=self.MESSAGE, channel="instagram", author_name="Tom"), context(model))

        assert proposal.drafted_by == BY_TEMPLATE
        assert "30982" not in proposal.draft

    def test_in_a_private_reply_the_order_number_is_put_back(self) -> None:
        model = FakeChatModel([GOOD + " This is about [ORDER_1]."])
        message = Inbound(text=self.MESSAGE, channel="instagram", author_name="Tom", visibility="private")

        texts = [item.text for item in propose(message, context(model)).candidates if item.drafted_by == BY_MODEL]

        assert any("30982" in text for text in texts)

    def test_a_name_that_must_not_leave_is_a_placeholder_and_comes_back_in_the_greeting(self) -> None:
        model = FakeChatModel([GOOD.replace("Tom", "[NAME_1]")])

        proposal = propose(QUESTION, context(model, hides_names=True))

        assert "Tom" not in said(model.calls[0])
        assert (proposal.draft, proposal.drafted_by) == (GOOD, BY_MODEL)

    @pytest.mark.parametrize("name", ["Tom Baker", "Zebediah Quill", "Will Smith", "Xi Wu", "Mrs Power"])
    def test_a_name_that_must_not_leave_stays_hidden_in_every_turn(self, name: str) -> None:
        model = FakeChatModel(["Hi Anna! We ship to 45 countries."])
        message = Inbound(text=f"do you ship to Norway? {name}", channel="instagram", author_name=name)

        propose(message, context(model, hides_names=True), instruction=f"tell {name} and tom@mail.example")

        assert len(model.calls) == 2
        for call in model.calls:
            for part in name.split():
                assert re.search(rf"(?<!\w){part}(?!\w)", said(call)) is None
            assert "tom@mail.example" not in said(call)

    @pytest.mark.parametrize(
        ("name", "written"),
        [
            ("TOM KELLY", "Tom Kelly"),
            ("Quill, Zebediah", "Zebediah Quill"),
            ("𝓐𝓷𝓷𝓪 𝓦𝓮𝓫𝓮𝓻", "Anna Weber"),
            ("Anna & Tom", "Anna Tom"),
            ("田中", "田中"),
        ],
    )
    def test_a_name_is_hidden_however_it_is_spelt_and_whether_or_not_it_is_greeted(
        self, name: str, written: str
    ) -> None:
        model = FakeChatModel([GOOD])
        message = Inbound(text=f"do you ship to Norway? {written}", channel="instagram", author_name=name)

        proposal = propose(message, context(model, hides_names=True))

        assert all(part not in said(call) for call in model.calls for part in written.split())
        assert "[NAME" not in proposal.draft

    def test_a_company_hides_no_words_of_the_message(self) -> None:
        model = FakeChatModel([GOOD])
        message = Inbound(text="Which Coffee ships to Norway?", channel="instagram", author_name="Nordic Coffee AS")

        propose(message, context(model, hides_names=True))

        assert "Which Coffee ships" in said(model.calls[0])

    def test_the_repair_turn_shows_the_model_its_own_words_with_the_placeholders(self) -> None:
        model = FakeChatModel([BAD + " This is about [ORDER_1]."])
        message = Inbound(text=self.MESSAGE, channel="instagram", author_name="Tom", visibility="private")

        propose(message, context(model))

        assert len(model.calls) == 2
        assert "30982" not in said(model.calls[1])
        assert "[ORDER_1]" in model.calls[1].messages[-2].content


class TestRepairHasAnEnd:
    def test_what_no_wording_can_mend_is_not_sent_back(self) -> None:
        model = FakeChatModel(["Hallo! Wir liefern nach Norwegen und in viele andere Länder in Europa."])

        propose(TestLanguage.GERMAN, context(model), template_id="shipping-abroad")

        repairs = [call for call in model.calls[1:] if "compare them" in call.messages[-1].content]
        assert repairs == []

    def test_an_endless_candidate_is_dropped_unread(self) -> None:
        model = FakeChatModel(["a" * 200_000, GOOD])

        proposal = propose(QUESTION, context(model))

        assert proposal.draft == GOOD
        assert all(len(item.text) < 10_000 for item in proposal.candidates)

    def test_halves_and_nuls_never_reach_the_queue(self) -> None:
        proposal = propose(QUESTION, context(FakeChatModel([GOOD.replace("Hi", "Hi\x00") + "\ud800"])))

        assert proposal.draft == GOOD
        proposal.model_dump_json()


class TestFollowUp:
    def test_a_public_reply_and_a_private_message_are_drafted(self) -> None:
        proposal = propose(QUESTION, context(None), with_follow_up=True)

        assert proposal.follow_up is not None
        assert (proposal.verdict, proposal.follow_up.verdict) == (Verdict.READY, Verdict.READY)
        assert "privately" in proposal.draft
        assert proposal.follow_up.text.startswith("Hi Tom! This is about your comment.")

    def test_the_model_is_told_which_half_it_writes(self) -> None:
        model = FakeChatModel([GOOD])

        propose(QUESTION, context(model), with_follow_up=True)

        assert "This reply is public" in said(model.calls[0])
        assert "private follow-up" in said(model.calls[-1])


class TestLanguage:
    GERMAN = Inbound(text="Liefert ihr auch nach Norwegen und wie lange dauert das ungefähr?", channel="instagram")

    def test_a_model_that_can_answers_in_the_messages_language_for_a_person_to_compare(self) -> None:
        model = FakeChatModel(["Hallo! Wir liefern in 32 Länder in Europa, und die Lieferung dauert 4 bis 7 Werktage."])

        proposal = propose(self.GERMAN, context(model), template_id="shipping-abroad")

        assert "in German" in model.calls[0].messages[0].content
        assert proposal.verdict is not Verdict.READY
        assert "draft.translated" in {finding.rule for finding in proposal.doubts}

    def test_without_such_a_model_a_person_gets_it_with_the_reason(self) -> None:
        proposal = propose(self.GERMAN, context(FakeChatModel([GOOD], profile="base")))

        assert proposal.route is Route.ESCALATE
        assert proposal.reason.startswith("language")

    def test_an_answer_in_the_wrong_language_does_not_become_the_draft(self) -> None:
        model = FakeChatModel([GOOD])

        proposal = propose(self.GERMAN, context(model))

        assert proposal.route is Route.ESCALATE
        assert proposal.draft == ""


def test_approved_replies_stand_among_the_examples_of_a_chat_model_only() -> None:
    approved = (WorkedExample(author="Sam", message="norway?", template="We ship.", reply="Hi Sam! Yes, we do ship."),)
    for profile, expected in (("chat", True), ("base", False)):
        model = FakeChatModel([GOOD], profile=profile)
        propose(QUESTION, context(model, approved=approved))
        assert ("Hi Sam! Yes, we do ship." in said(model.calls[0])) is expected


def test_a_leaked_canary_never_becomes_the_draft() -> None:
    def leaking(call: ModelCall) -> list[str]:
        canary = next(word for word in said(call).split() if word.startswith("ref-"))
        return [f"{GOOD} {canary}"]

    proposal = propose(QUESTION, context(FakeChatModel(leaking)))

    assert proposal.drafted_by == BY_TEMPLATE
    assert "ref-" not in proposal.draft


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_a_model_without_words_costs_nothing(text: str) -> None:
    proposal = propose(QUESTION, context(FakeChatModel([text])))

    assert proposal.drafted_by == BY_TEMPLATE


def test_mending_is_said() -> None:
    model = FakeChatModel([GOOD + "!!!!"])

    proposal = propose(QUESTION, context(model, voice=voice(severities={"exclamations": "fix"})))

    assert {finding.severity for finding in proposal.findings} <= {Severity.FIX, Severity.INFO}
    assert proposal.draft.count("!") <= 2


def test_after_a_greeting_with_a_comma_the_opening_goes_on_in_lower_case() -> None:
    polite = voice(pick_ups=PICK_UPS, greetings={"named": ["Hello {name},"], "unnamed": ["Hello,"]})
    model = FakeChatModel([GOOD], profile="base")

    propose(QUESTION, context(model, voice=polite))

    assert '"Hello Tom, about the international delivery:"' in model.calls[0].grammar


class TestInstructions:
    TWO = ReplyTemplate(id="two", title="Shipping", reply="We ship to Norway. The bar has a red door.")

    def outline(self, instruction: str | None) -> tuple[str, tuple[str, ...]]:
        model = FakeChatModel([GOOD], profile="base")
        rules = voice(empathy={"question": ["Glad to help."], "complaint": ["Sorry about that."], "praise": [""]})
        message = Inbound(text="do you ship to Norway?", channel="instagram", author_name="Tom")
        proposal = propose(message, context(model, self.TWO, voice=rules), template_id="two", instruction=instruction)
        return model.calls[0].grammar, proposal.notes

    def test_shorter_lets_sentences_go_that_nobody_asked_for(self) -> None:
        assert '" The bar has a red door." rest2 | rest2' in self.outline("shorter, please")[0]

    def test_more_apologetic_opens_with_an_apology(self) -> None:
        plain, sorry = self.outline(None)[0], self.outline("more apologetic")[0]

        assert "Sorry about that." not in plain
        assert "Sorry about that." in sorry

    def test_what_a_small_model_cannot_follow_is_said(self) -> None:
        assert any("cannot follow" in note for note in self.outline("write it as a pirate")[1])
        assert not any("cannot follow" in note for note in self.outline("shorter")[1])
