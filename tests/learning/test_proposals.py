from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from replyassist.core.embedding import Encoder
from replyassist.core.words import Reading
from replyassist.faq.models import TemplateProposalRow
from replyassist.faq.proposals import FoundProposal
from replyassist.faq.proposed import PastText, ProposalState, ProposedTexts
from replyassist.faq.template import ReplyTemplate
from replyassist.learning.coverage import Today, nearest_groups
from replyassist.learning.past_messages import PastMessage
from replyassist.learning.pile import make_pile
from replyassist.learning.proposals import BrandKnowledge, ProposalRun, find_proposals
from replyassist.retrieval.index import TemplateIndex
from replyassist.testing import FakeClock, FakeEncoder, FakeReader
from tests.sureness import sure_of_few
from tests.world import BRAND, shipping

NOW = FakeClock().now()
PLACES = ("online", "in town", "for christmas", "by post", "at all", "in euros")
GIFTS = [f"do you sell gift cards {place}?" for place in PLACES]
MILK = ["is oat milk gluten free?", "is your oat milk gluten free?", "so is oat milk gluten free?"]
AWAY = "Out of office: I am away until Monday."


class Counting(FakeReader):
    """A reader that tells what it read; its digest is not that of the pile's encoder."""

    def __init__(self) -> None:
        self.read_texts: set[str] = set()

    def read(self, texts: Sequence[str]) -> list[Reading]:
        self.read_texts |= set(texts)
        return super().read(texts)


def past(texts: Sequence[str], **more: Any) -> list[PastMessage]:
    return [PastMessage(f"line {number}", text, **more) for number, text in enumerate(texts, start=1)]


def found(messages: Sequence[PastMessage], *, brand: BrandKnowledge | None = None, **more: Any) -> ProposalRun:
    encoder = FakeEncoder()
    pile = make_pile(messages, encoder)
    return find_proposals(pile, encoder, brand or BrandKnowledge(), day=NOW.date(), **more)


def today(*templates: ReplyTemplate, encoder: Encoder | None = None, threshold: float = 0.35) -> BrandKnowledge:
    encoder = encoder or FakeReader()
    index = TemplateIndex(templates, encoder, calibration=sure_of_few(encoder))
    return BrandKnowledge(today=Today(index, threshold=threshold))


def row(proposal: FoundProposal, state: ProposalState, number: int = 7) -> TemplateProposalRow:
    return TemplateProposalRow(
        id=number,
        brand_id=BRAND,
        state=state.value,
        suggested_id=proposal.suggested_id,
        title=proposal.title,
        texts=proposal.texts,
        covers=list(proposal.covers),
        place=1,
        made_at=NOW,
    )


def test_the_most_common_questions_become_proposals_the_largest_first() -> None:
    gifts, milk = found(past([*MILK, *GIFTS])).proposals

    assert set(gifts.covers) == {f"line {number}" for number in range(4, 10)}
    assert {question.text for question in milk.texts.questions} == {text.rstrip("?") + "?" for text in MILK}
    assert gifts.title == gifts.texts.questions[0].text.capitalize()
    assert gifts.suggested_id.startswith("do-you-sell-gift-cards-")
    assert (gifts.texts.reply, gifts.replies, gifts.extends) == (None, 0, None)


def test_limit_and_fewest_are_kept() -> None:
    assert len(found(past([*MILK, *GIFTS]), limit=1).proposals) == 1
    assert len(found(past([*MILK, *GIFTS]), fewest=4).proposals) == 1


@pytest.mark.parametrize("text", ["ok", "", AWAY])
def test_what_asks_nothing_is_never_proposed(text: str) -> None:
    assert found(past([text] * 5)).proposals == ()


def test_what_goes_to_a_person_anyway_is_not_proposed() -> None:
    run = found(past([f"my lawyer will sue you {place}" for place in PLACES]))
    assert (run.proposals, run.for_people) == ((), 1)


def test_nobodys_name_stays_in_a_question() -> None:
    (proposal,) = found(past([f"Tom here, {text}" for text in GIFTS], name="Tom", handle="tom.k")).proposals
    assert not any("Tom" in question.text for question in proposal.texts.questions)


def test_the_reply_is_the_most_central_of_those_that_people_gave_without_names() -> None:
    replies = ["Hi Tom, you find gift cards under Gifts. Best, Anna", "Hi Tom! You find gift cards under Gifts.", "No."]
    messages = [
        PastMessage(f"line {number}", text, replies[number % 3], "Tom") for number, text in enumerate(GIFTS, start=1)
    ]
    (with_reply,) = found(messages, with_replies=True).proposals
    (without,) = found(messages).proposals

    assert with_reply.texts.reply is not None
    assert with_reply.texts.reply.text == "You find gift cards under Gifts."
    assert with_reply.replies == 6
    assert without.texts.reply is None


def test_what_a_template_answers_already_becomes_more_questions_for_it() -> None:
    held = shipping(id="gifts", title="Gift cards", questions=[f"do you sell gift cards {PLACES[0]}?"], reply="Yes.")
    other = shipping(id="milk", title="Milk", questions=["which milk do you use?"], reply="Oat.")
    (proposal,) = found(past(GIFTS), brand=today(held, other)).proposals

    assert (proposal.extends, proposal.suggested_id) == ("gifts", "gifts")
    assert held.questions[0] not in {question.text for question in proposal.texts.questions}


def test_todays_templates_are_looked_up_with_the_encoder_of_their_index() -> None:
    held = shipping(id="gifts", title="", questions=GIFTS, reply="Yes.")
    reader = Counting()
    run = found(past(GIFTS), brand=today(held, encoder=reader))

    assert run.coverage.today == len(GIFTS)
    assert set(GIFTS) <= reader.read_texts


def test_a_template_of_which_it_is_not_sure_is_not_said_to_answer() -> None:
    held = shipping(id="o", title="", questions=["where are my cards"], reply="In the post.")
    run = found(past(GIFTS), brand=today(held, threshold=0.1))
    assert (run.coverage.today, run.proposals[0].extends) == (0, None)


def test_what_a_template_asks_in_the_same_words_is_not_proposed() -> None:
    held = shipping(id="gifts", title="", questions=[GIFTS[0]], reply="Yes.")
    run = found(past([GIFTS[0]] * 4), brand=today(held))
    assert (run.proposals, run.answered) == ((), 1)


@pytest.mark.parametrize("state", [ProposalState.DISMISSED, ProposalState.ACCEPTED])
def test_what_a_person_decided_is_known_again_by_its_meaning_among_more_messages(state: ProposalState) -> None:
    (first,) = found(past(GIFTS[:4])).proposals
    brand = BrandKnowledge(remembered=(row(first, state),))
    again = found(past([*MILK, *[f"hi, {text}" for text in GIFTS]]), brand=brand)

    (milk,) = again.proposals
    assert {question.text for question in milk.texts.questions} == set(MILK)
    assert again.decided == 1


def test_an_open_proposal_keeps_its_number() -> None:
    (first,) = found(past(GIFTS[:4])).proposals
    brand = BrandKnowledge(remembered=(row(first, ProposalState.OPEN),))
    gifts, milk = found(past([*GIFTS, *MILK]), brand=brand).proposals
    assert (gifts.known_as, milk.known_as) == (7, None)


def test_an_erased_proposal_is_remembered_no_more() -> None:
    gone = row(FoundProposal("gifts", "", ProposedTexts(questions=()), ()), ProposalState.DISMISSED)
    assert len(found(past(GIFTS), brand=BrandKnowledge(remembered=(gone,))).proposals) == 1


def test_an_id_that_a_template_has_is_not_suggested() -> None:
    (first,) = found(past(GIFTS)).proposals
    held = shipping(id=first.suggested_id, questions=["nothing alike"], title="Nothing", reply="Nothing.")
    (again,) = found(past(GIFTS), brand=today(held)).proposals
    assert again.suggested_id == f"{first.suggested_id}-2"


def test_coverage_is_counted_on_messages_that_no_group_was_made_of() -> None:
    texts = [
        *(f"do you sell gift cards {number % 7}?" for number in range(120)),
        *["Out of office: I am away until Monday."] * 30,
    ]
    run = found(past(texts), limit=5)
    coverage = run.coverage

    assert coverage.held_out
    assert (coverage.messages, coverage.counted) == (150, 30)
    assert coverage.with_first[-1] == 24
    assert coverage.shares[-1] == 0.8
    assert "80 % of 150 messages" in coverage.sentence
    assert sum(len(proposal.covers) for proposal in run.proposals) == 120


def test_of_a_few_messages_all_are_grouped_and_that_is_said() -> None:
    coverage = found(past(GIFTS)).coverage
    assert not coverage.held_out
    assert "which flatters" in coverage.sentence


def test_what_todays_templates_answer_is_not_counted_for_proposals() -> None:
    held = shipping(id="gifts", title="", questions=GIFTS, reply="Yes.")
    run = found(past([*GIFTS, *MILK]), brand=today(held))

    assert run.coverage.today == len(GIFTS)
    assert "today's alone" in run.coverage.sentence.casefold()


def test_no_message_at_all_is_no_trouble() -> None:
    run = found([])
    assert (run.proposals, run.coverage.counted) == ((), 0)
    assert run.coverage.sentence == "There were no messages to count."


def test_a_text_belongs_to_the_nearest_group_or_to_none() -> None:
    encoder = FakeEncoder()
    groups = [encoder.encode(GIFTS), encoder.encode(MILK)]
    texts = [*GIFTS[:1], *MILK[:1], "zzz qqq xxx"]
    assert nearest_groups(encoder.encode(texts), groups).tolist() == [0, 1, -1]


def test_a_text_names_the_message_that_it_came_from() -> None:
    (proposal,) = found(past(GIFTS)).proposals
    told = {question.key: question.text for question in proposal.texts.questions}
    assert told["line 1"] == PastText(text=GIFTS[0], key="line 1").text


@pytest.mark.parametrize(
    "text",
    [
        "Hello, do you sell gift cards online?",
        "Hi there! Do you sell gift cards online?\n\nKind regards,\nZoë",
        "do you sell gift cards online? - my number is +353 87 123 4567",
        "do you sell gift cards online? please write to zoe@mail.example",
    ],
)
def test_a_question_is_proposed_without_greeting_signature_and_what_reaches_its_author(text: str) -> None:
    (asked,) = make_pile(past([text]), FakeEncoder()).asked

    assert asked.text.casefold().rstrip("?") == "do you sell gift cards online"


def test_a_message_that_is_all_personal_data_but_for_its_words_stays_whole() -> None:
    (asked,) = make_pile(past(["when do you call me at +353 87 123 4567?"]), FakeEncoder()).asked

    assert asked.text.startswith("when do you call me at [PHONE]")
