"""What decisions leave behind: real decisions on both databases, learned as the worker does."""

from __future__ import annotations

from collections.abc import Sequence

from replyassist.core.accounts import Principal
from replyassist.core.embedding import Vectors
from replyassist.faq import learned
from replyassist.faq.repository.learned import active_examples, examples_of_item
from replyassist.faq.service import delete_template, faq_revision, import_templates
from replyassist.learning.service import LearningResult, learn
from replyassist.review.failures import FailureKind
from replyassist.review.models import ReviewItem
from replyassist.testing import FakeEncoder
from tests.review.test_decisions import approve
from tests.world import BRAND, World, shipping

ASK = "can parcels go to Bergen please"
MESSAGE = {"text": ASK}
ITS = ("shipping-abroad", ASK, False)
AGAINST = ("shipping-abroad", ASK, True)


def run(world: World, item: ReviewItem) -> LearningResult:
    return learn(item.id or 0, database=world.database, encoder=FakeEncoder(), now=world.clock.now())


def examples(world: World) -> list[tuple[str, str, bool]]:
    with world.database.reading() as session:
        return [
            (example.template_id, example.text, example.counts_against) for example in active_examples(session, BRAND)
        ]


def take_back(world: World, who: Principal, item: ReviewItem) -> ReviewItem:
    return world.take_back(item, who)


def reject(world: World, who: Principal, item: ReviewItem, *failures: FailureKind) -> ReviewItem:
    return world.reject(item, who, failures=failures)


def test_an_approval_teaches_once_with_its_provenance(world: World) -> None:
    who, item = world.person(), world.item(message=MESSAGE)
    approve(world, who, item)

    assert [run(world, item), run(world, item)] == [LearningResult(added=1), LearningResult()]
    assert examples(world) == [ITS]
    with world.database.reading() as session:
        (row,) = examples_of_item(session, item.id or 0)
    assert (row.message_id, row.act, row.actor, row.learned_at) == (
        item.message_id,
        "approved",
        who.name,
        world.clock.now(),
    )


def test_nothing_personal_is_kept(world: World) -> None:
    item = world.item(message={"text": "I am Tom, order FH-30982: can parcels go to Bergen?"})
    approve(world, world.person(), item)
    run(world, item)

    ((_, text, _),) = examples(world)
    assert "Bergen" in text
    assert "Tom" not in text
    assert "30982" not in text


def test_what_the_template_knows_already_is_not_added(world: World) -> None:
    item = world.item()  # its text is one of the template's questions
    approve(world, world.person(), item)
    with world.database.reading() as session:
        before = faq_revision(session, BRAND)

    assert run(world, item) == LearningResult()
    with world.database.reading() as session:
        assert faq_revision(session, BRAND) == before


def test_an_approval_that_was_taken_back_is_unlearned_and_may_be_learned_again(world: World) -> None:
    who, item = world.person(), world.item(message=MESSAGE)
    approved = approve(world, who, item)
    run(world, item)
    back = take_back(world, who, approved)

    assert run(world, item) == LearningResult(withdrawn=1)
    assert examples(world) == []
    with world.database.reading() as session:
        (row,) = examples_of_item(session, item.id or 0)
        assert (row.withdrawn_by, row.is_undone) == (learned.MACHINE, False)

    approve(world, who, back)
    assert run(world, item) == LearningResult(added=1)
    assert examples(world) == [ITS]


def test_a_rejection_for_the_wrong_template_counts_against_it(world: World) -> None:
    who, item = world.person(), world.item(message=MESSAGE)
    rejected = reject(world, who, item, FailureKind.WRONG_TEMPLATE)

    assert run(world, item) == LearningResult(added=1)
    assert examples(world) == [AGAINST]
    take_back(world, who, rejected)
    assert run(world, item) == LearningResult(withdrawn=1)


def test_an_approval_that_becomes_a_rejection_turns_the_lesson_round(world: World) -> None:
    who, item = world.person(), world.item(message=MESSAGE)
    approved = approve(world, who, item)
    run(world, item)
    reject(world, who, take_back(world, who, approved), FailureKind.WRONG_TEMPLATE)

    assert run(world, item) == LearningResult(added=1, withdrawn=1)
    assert examples(world) == [AGAINST]


def test_a_picked_template_gets_the_example_and_the_other_a_counter_example(world: World) -> None:
    with world.database.writing() as session:
        import_templates(session, BRAND, [shipping(), shipping(id="customs", questions=[])], now=world.clock.now())
    who, item = world.person(), world.item(message=MESSAGE)
    world.redraft(item, who, template_id="customs")

    assert run(world, item) == LearningResult(added=2)
    assert examples(world) == [("customs", ASK, False), AGAINST]


def test_what_a_person_undid_is_not_taught_again(world: World) -> None:
    who, item = world.person(), world.item(message=MESSAGE)
    approve(world, who, item)
    run(world, item)
    with world.database.writing() as session:
        (row,) = examples_of_item(session, item.id or 0)
        learned.withdraw(session, BRAND, row.id or 0, by=who.name, now=world.clock.now())
    other = world.item(message=MESSAGE)
    approve(world, who, other)

    assert [run(world, item), run(world, other)] == [LearningResult(), LearningResult()]
    assert examples(world) == []


def test_an_example_of_a_deleted_template_rests(world: World) -> None:
    item = world.item(message=MESSAGE)
    approve(world, world.person(), item)
    with world.database.writing() as session:
        delete_template(session, BRAND, "shipping-abroad", now=world.clock.now())

    assert run(world, item) == LearningResult(added=1)
    assert examples(world) == []


def test_an_item_that_is_gone_teaches_nothing(world: World) -> None:
    assert learn(999, database=world.database, encoder=FakeEncoder(), now=world.clock.now()) == LearningResult()


class DecidingEncoder(FakeEncoder):
    """Takes an approval back while it encodes: whoever learns must not hold a transaction then."""

    def __init__(self, world: World, who: Principal, approved: ReviewItem) -> None:
        self._world, self._who, self._approved = world, who, approved

    def encode(self, texts: Sequence[str]) -> Vectors:
        take_back(self._world, self._who, self._approved)
        return super().encode(texts)


class RememberingEncoder(FakeEncoder):
    """Knows what it was given, as a cache does."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.given += texts
        return super().encode(texts)


def test_a_message_does_not_reach_the_cache_of_templates_before_it_is_kept(world: World) -> None:
    item, cache = world.item(message=MESSAGE), RememberingEncoder()
    approve(world, world.person(), item)
    learn(item.id or 0, database=world.database, encoder=FakeEncoder(), now=world.clock.now(), of_templates=cache)

    assert cache.given == shipping().questions
    assert examples(world) == [ITS]


def test_a_decision_that_is_taken_back_while_it_is_learned_teaches_nothing(world: World) -> None:
    who, item = world.person(), world.item(message=MESSAGE)
    encoder = DecidingEncoder(world, who, approve(world, who, item))

    change = learn(
        item.id or 0, database=world.database, encoder=encoder, of_templates=FakeEncoder(), now=world.clock.now()
    )
    assert change == LearningResult()
    assert examples(world) == []
