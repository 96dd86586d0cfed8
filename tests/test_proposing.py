"""What the database gives the pure pipeline: approved replies as examples, and the brand's last words in a thread."""

from __future__ import annotations

import json
from collections.abc import Sequence

from replyassist.brands.service import ensure_brand
from replyassist.core.errors import LanguageModelError
from replyassist.core.llm import ChatMessage, Generation
from replyassist.inbox.service import load
from replyassist.loading import load_model
from replyassist.pipeline import PipelineContext
from replyassist.proposing import EXAMPLE_AUTHOR, UNREAD
from replyassist.review import decisions
from replyassist.review.repository.approved import exemplary_replies, replies_in_threads
from replyassist.review.thread import as_inbound
from replyassist.testing import FakeChatModel
from tests.review.test_decisions import approve
from tests.test_worker import GOOD, worker
from tests.world import BRAND, DRAFT, LATER, World, shipping, voice

ODD = "Hi Zebediah! We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."
PERSONAL = "order FH-30982, I am Tom Berg, tom@mail.example: do you ship to Norway??"


def context(world: World) -> PipelineContext:
    return worker(world).proposer.context_for(BRAND)


def test_an_approved_reply_becomes_an_example_without_anybodys_personal_data(world: World) -> None:
    item = world.item(message={"text": PERSONAL})
    approve(world, world.person(), item, text=DRAFT)

    (example,) = context(world).approved
    assert example.author == EXAMPLE_AUTHOR
    assert example.reply == DRAFT.replace("Tom", EXAMPLE_AUTHOR)
    assert "We ship to 32 countries" in example.template
    for secret in ("30982", "Tom", "mail.example"):
        assert secret not in example.message


def test_what_was_taken_back_or_never_approved_is_no_example(world: World) -> None:
    who, item = world.person(), world.item()
    world.item()
    approved = approve(world, who, item, text=DRAFT)
    with world.database.writing() as session:
        decisions.take_back(
            session, who, item.id or 0, version=approved.version, jobs=world.jobs, now=world.clock.now()
        )

    assert context(world).approved == ()
    assert context(world).recent == ()


def test_one_template_gives_one_example_and_every_reply_counts_as_recent(world: World) -> None:
    who = world.person()
    for _ in range(3):
        approve(world, who, world.item(), text=DRAFT)

    built = context(world)
    assert len(built.approved) == 1
    assert [past.text for past in built.recent] == [DRAFT] * 3


def test_replies_of_another_brand_are_never_shown(world: World) -> None:
    approve(world, world.person(), world.item(), text=DRAFT)

    with world.database.reading() as session:
        assert exemplary_replies(session, "harbour", limit=5) == []
        assert len(exemplary_replies(session, BRAND, limit=5)) == 1


def test_the_pipeline_knows_what_the_brand_said_in_the_thread(world: World) -> None:
    thread = {"external_id": "post-of-tom", "visibility": "public", "parent_text": None}
    approve(world, world.person(), world.item(message={"conversation": thread}), text=DRAFT)
    later = world.message(conversation=thread, posted_at=LATER)

    with world.database.reading() as session:
        stored = load(session, later)
        assert as_inbound(session, stored).earlier_replies == (DRAFT,)
        elsewhere = stored.message.conversation_id + 1
        assert replies_in_threads(session, [elsewhere], limit=3) == {elsewhere: ()}


def test_an_example_reaches_a_chat_model(world: World) -> None:
    approve(world, world.person(), world.item(), text=DRAFT)
    model = FakeChatModel([GOOD])
    world.message()
    work = worker(world, model)
    for job, _ in list(world.jobs.planned):
        if job.name == "draft":
            work.draft(*job.arguments)

    asked = "\n".join(message.content for message in model.calls[-1].messages)
    said = [part["text"] for part in json.loads(model.calls[-1].messages[-2].content)["reply"]]
    assert " ".join(said) == DRAFT.replace("Tom", EXAMPLE_AUTHOR)
    assert voice().name in asked


def test_an_uncommon_name_and_handles_stay_out_of_examples(world: World) -> None:
    author = {"external_id": "1", "handle": "zeb", "name": "Zebediah Quill"}
    item = world.item(message={"author": author, "text": "@fernhill do you ship to Norway?? Quill here"}, draft=ODD)
    approve(world, world.person(), item, text=ODD)

    (example,) = context(world).approved
    assert example.reply.startswith(f"Hi {EXAMPLE_AUTHOR}!")
    for secret in ("Zebediah", "Quill", "@"):
        assert secret not in example.message + example.reply


def test_what_was_private_risky_doubtful_or_on_two_templates_is_no_example(world: World) -> None:
    who = world.person()
    private = {"external_id": "dm-1", "visibility": "private", "parent_text": None}
    approve(world, who, world.item(message={"conversation": private}), text=DRAFT)
    approve(world, who, world.item(also_templates=[{"id": "shipping-abroad", "version": shipping().version}]))
    doubtful = world.item()
    approve(world, who, doubtful, text=DRAFT + " Dear customer!", accept_findings=True)

    assert context(world).approved == ()
    assert len(context(world).recent) == 3


class ModelThatReadsAhead(FakeChatModel):
    """Remembers what it was to read."""

    def __init__(self, profile: str = "chat") -> None:
        super().__init__([GOOD], profile=profile)
        self.read: list[tuple[ChatMessage, ...]] = []

    def warm(self, messages: Sequence[ChatMessage]) -> Generation:
        self.read.append(tuple(messages))
        return self.generate(messages, candidates=1, max_tokens=1)


def test_a_model_reads_ahead_what_all_prompts_of_the_brand_begin_with(world: World) -> None:
    model = ModelThatReadsAhead()
    work = worker(world, model)
    message_id = world.message()
    load_model(work.proposer)
    work.draft(message_id, 0)

    (ahead,) = model.read
    prompt = model.calls[-1].messages
    assert len(ahead) > 1
    assert ahead[:-1] == prompt[: len(ahead) - 1]


def test_the_brand_of_the_message_that_waits_longest_is_read_ahead_else_that_of_the_newest(world: World) -> None:
    with world.database.writing() as session:
        ensure_brand(session, "acme", now=world.clock.now(), voice=voice(brand="acme", name="Acme Pumps"))
    model = ModelThatReadsAhead()
    work = worker(world, model)
    load_model(work.proposer)
    world.item(message={"brand": "acme"}, template_id=None, template_version=None)
    load_model(work.proposer)
    world.message()
    world.message(brand="acme")
    load_model(work.proposer)

    nothing, newest, longest = (messages[0].content for messages in model.read)
    assert nothing == UNREAD
    assert "Acme Pumps" in newest
    assert "Fernhill Coffee" in longest


def test_one_that_writes_no_answers_is_loaded_when_it_is_first_asked(world: World) -> None:
    model = ModelThatReadsAhead("chat-small")
    work = worker(world, model)
    message_id = world.message()
    load_model(work.proposer)
    work.draft(message_id, 0)

    assert (model.read, model.calls) == ([], [])


def test_a_model_that_cannot_be_loaded_ahead_stops_nothing(world: World) -> None:
    model = ModelThatReadsAhead()
    model.error = LanguageModelError("it does not start")
    load_model(worker(world, model).proposer)
    assert len(model.read) == 1
