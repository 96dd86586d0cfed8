from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from replyassist.brands.service import get_brand, set_voice
from replyassist.core.embedding import Vectors
from replyassist.core.errors import DatabaseBusy, EncoderBusy
from replyassist.core.llm import ChatModel
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.core.settings import Settings
from replyassist.delivery.service import channels_from, outbox_folder
from replyassist.faq.repository.learned import active_examples
from replyassist.faq.service import import_templates
from replyassist.inbox.models import Message, MessageStatus
from replyassist.proposal import BY_MODEL
from replyassist.proposing import Proposer
from replyassist.retrieval.service import IndexRegistry
from replyassist.review.models import ReviewStatus
from replyassist.review.repository import find_by_message
from replyassist.testing import FakeChatModel, FakeEncoder
from replyassist.worker import Worker
from tests.review.test_decisions import approve
from tests.world import BRAND, World, shipping, voice

GOOD = "Hi Tom! Yes, we ship to 32 countries in Europe. Delivery takes 4 to 7 working days."


def worker(world: World, model: ChatModel | None = None) -> Worker:
    settings = Settings(home=world.settings.home, abstain_threshold=0.4, draft_attempts=2)
    proposer = Proposer(
        database=world.database,
        registry=IndexRegistry(settings, lambda _: FakeEncoder()),
        encoder=FakeEncoder(),
        model=model or FakeChatModel([GOOD]),
        library=PromptLibrary(resource_folder("prompts")),
        settings=settings,
        clock=world.clock,
    )
    return Worker(
        database=world.database,
        proposer=proposer,
        jobs=world.jobs,
        connect=channels_from(world.connections),
        connections=world.connections,
        clock=world.clock,
        settings=settings,
    )


def test_a_message_becomes_a_review_item_once(world: World) -> None:
    message_id, work = world.message(), worker(world)
    job = world.jobs.take("draft")
    for _ in range(2):
        work.draft(*job.arguments)

    with world.database.reading() as session:
        item = find_by_message(session, message_id)
        message = session.get(Message, message_id)
    assert item is not None
    assert message is not None
    assert (item.draft, item.drafted_by, item.status) == (GOOD, BY_MODEL, ReviewStatus.PENDING)
    assert message.status == MessageStatus.QUEUED


def test_a_database_that_is_away_costs_no_attempt_at_drafting(world: World) -> None:
    message_id = world.message()
    job = world.jobs.take("draft")
    for _ in range(3):
        with pytest.raises(DatabaseBusy):
            worker(world, FakeChatModel(error=DatabaseBusy("away"))).draft(*job.arguments)
    assert not world.jobs.planned
    worker(world).draft(*job.arguments)
    with world.database.reading() as session:
        item = find_by_message(session, message_id)
    assert item is not None
    assert item.draft == GOOD


def test_a_message_that_cannot_be_drafted_still_reaches_a_person(world: World) -> None:
    message_id = world.message()
    work = worker(world, FakeChatModel(error=RuntimeError("a bug")))
    for _ in range(2):
        work.draft(*world.jobs.take("draft").arguments)

    with world.database.reading() as session:
        item = find_by_message(session, message_id)
    assert item is not None
    assert item.route == "escalate"
    assert item.proposal.reason.startswith("drafting_failed")


def test_a_message_without_an_attempt_left_reaches_a_person_before_a_platform_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> bool:
        raise RuntimeError("a platform was asked")

    monkeypatch.setattr("replyassist.worker.fill_context", fail)
    message_id, work = world.message(), worker(world)
    with world.database.writing() as session:
        session.get_one(Message, message_id).attempt = 2
    work.draft(message_id, 2)

    with world.database.reading() as session:
        item = find_by_message(session, message_id)
    assert item is not None
    assert item.proposal.reason.startswith("drafting_failed")


def test_a_brands_own_risk_words_count_where_drafting_failed(world: World) -> None:
    with world.database.writing() as session:
        set_voice(session, get_brand(session, BRAND), voice(risk_words={"vip": ["Norway"]}))
    message_id = world.message()
    work = worker(world, FakeChatModel(error=RuntimeError("a bug")))
    for _ in range(2):
        work.draft(*world.jobs.take("draft").arguments)

    with world.database.reading() as session:
        item = find_by_message(session, message_id)
    assert item is not None
    assert item.proposal.reason.startswith("drafting_failed")
    assert [risk.kind for risk in item.proposal.triage.risks] == ["vip"]


def test_a_changed_template_is_found_without_a_restart(world: World) -> None:
    work = worker(world)
    first = world.message()
    work.draft(*world.jobs.take("draft").arguments)
    with world.database.writing() as session:
        import_templates(session, BRAND, [shipping(facts={"countries_count": 31})], now=world.clock.now())
    second = world.message()
    work.draft(*world.jobs.take("draft").arguments)

    with world.database.reading() as session:
        replies = [
            item.proposal.templates[0].reply
            for message_id in (first, second)
            if (item := find_by_message(session, message_id))
        ]
    assert ["32 countries" in replies[0], "31 countries" in replies[1]] == [True, True]


def test_a_restart_embeds_no_template_again(world: World) -> None:
    class Counting(FakeEncoder):
        encoded = 0

        def encode(self, texts: Sequence[str]) -> Vectors:
            Counting.encoded += len(texts)
            return super().encode(texts)

    IndexRegistry(world.settings, lambda _: Counting()).index_for(world.database, BRAND)
    first = Counting.encoded
    IndexRegistry(world.settings, lambda _: Counting()).index_for(world.database, BRAND)

    assert Counting.encoded == first > 0


def test_a_redraft_follows_the_persons_wish(world: World) -> None:
    model = FakeChatModel([GOOD])
    item, who = world.item(), world.person()
    world.redraft(item, who, "more cheerful")
    worker(world, model).redraft(*world.jobs.take("redraft").arguments)

    now = world.reload(item)
    assert (now.draft, now.is_redrafting) == (GOOD, False)
    assert now.version > 2
    assert "more cheerful" in model.calls[0].messages[-1].content


@pytest.mark.parametrize("count", [3])
def test_approved_replies_land_in_the_file(world: World, count: int) -> None:
    who, work = world.person(), worker(world)
    for _ in range(count):
        approve(world, who, world.item())
        work.deliver(*world.jobs.take("deliver").arguments)

    lines = Path(outbox_folder(world.settings) / f"{BRAND}.jsonl").read_text().splitlines()
    assert len(lines) == count


def test_an_approved_message_becomes_an_example_once_and_is_found_by_its_words(world: World) -> None:
    text = "can parcels go to Bergen please"
    item = world.item(message={"text": text})
    approve(world, world.person(), item, text=item.draft)
    work = worker(world)
    job = world.jobs.take("learn")
    for _ in range(2):
        work.learn(*job.arguments)

    with world.database.reading() as session:
        assert [example.text for example in active_examples(session, BRAND)] == [text]
    index = work.proposer.registry.index_for(world.database, BRAND)
    (vector,) = FakeEncoder().encode([text])
    (match,) = index.search(
        vector, text=text, limit=1, channel="instagram", visibility="public", day=world.clock.now().date()
    )
    assert (match.matched_field, match.matched_text) == ("learned", text)


class FailingEncoder(FakeEncoder):
    """Does nothing ``failures`` times; as busy as an encoder can be."""

    def __init__(self, failures: int) -> None:
        self._failures = failures

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self._failures > 0:
            self._failures -= 1
            raise EncoderBusy("no text was encoded")
        return super().encode(texts)


def with_encoder(work: Worker, encoder: FakeEncoder) -> Worker:
    """Another encoder of the checks; that of the templates stays."""
    return replace(work, proposer=replace(work.proposer, encoder=encoder))


def test_what_could_not_be_learned_is_tried_again(world: World) -> None:
    text = "can parcels go to Bergen please"
    item = world.item(message={"text": text})
    approve(world, world.person(), item, text=item.draft)
    work = with_encoder(worker(world), FailingEncoder(1))
    first = world.jobs.take("learn")
    work.learn(*first.arguments)
    again = world.jobs.take("learn")
    assert (again.arguments, again.key != first.key) == ((item.id, 1), True)
    work.learn(*again.arguments)

    with world.database.reading() as session:
        assert [example.text for example in active_examples(session, BRAND)] == [text]


def test_what_can_never_be_learned_ends_as_a_failed_job(world: World) -> None:
    item = world.item(message={"text": "can parcels go to Bergen please"})
    approve(world, world.person(), item, text=item.draft)
    work = with_encoder(worker(world), FailingEncoder(9))
    work.learn(*world.jobs.take("learn").arguments)
    with pytest.raises(EncoderBusy):
        work.learn(*world.jobs.take("learn").arguments)
    with pytest.raises(LookupError):
        world.jobs.take("learn")


def test_nothing_is_learned_where_the_setting_says_so(world: World) -> None:
    item = world.item(message={"text": "can parcels go to Bergen please"})
    approve(world, world.person(), item, text=item.draft)
    work = worker(world)
    work = replace(work, settings=work.settings.model_copy(update={"learn_from_decisions": False}))
    work.learn(*world.jobs.take("learn").arguments)

    with world.database.reading() as session:
        assert active_examples(session, BRAND) == []


def test_messages_that_ask_the_same_are_put_together_as_they_arrive(world: World) -> None:
    work = worker(world, FakeChatModel([]))
    ids = [
        world.message(author={"external_id": name, "handle": name, "name": name}, text=text)
        for name, text in (
            ("Ana", "do you ship to Norway??"),
            ("Ben", "Do you ship to Norway?"),
            ("Tom", "who won 2:1"),
        )
    ]
    for _ in ids:
        work.draft(*world.jobs.take("draft").arguments)

    with world.database.reading() as session:
        first, second, other = (find_by_message(session, message_id) for message_id in ids)
    assert first is not None
    assert second is not None
    assert other is not None
    assert second.draft == first.draft.replace("Ana", "Ben")
    assert (first.cluster_id, second.cluster_id, other.cluster_id) == (first.id, first.id, None)
