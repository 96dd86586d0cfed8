"""Questions that a chat model wrote: which of them count, and for which templates it is still to be asked."""

from __future__ import annotations

import pytest

from replyassist.core.errors import NotFound
from replyassist.faq import generated
from replyassist.faq.repository.generated import active_questions, removed_texts, templates_not_asked_for
from replyassist.faq.service import change_template, delete_template, faq_revision
from tests.world import BRAND, World, shipping

SHIPPING = "shipping-abroad"
BERGEN, ROME = "can u send it to Bergen?", "do you deliver to Rome?"


def kept(world: World, *texts: str, version: str = "") -> int:
    with world.database.writing() as session:
        return generated.keep(
            session, BRAND, SHIPPING, version or shipping().version, texts, model="tiny", now=world.clock.now()
        )


def active(world: World) -> dict[str, int]:
    with world.database.reading() as session:
        return {row.text: row.id or 0 for row in active_questions(session, BRAND)}


def removed(world: World, text: str) -> None:
    with world.database.writing() as session:
        generated.remove(session, BRAND, active(world)[text], by="Mia", now=world.clock.now())


def changed(world: World) -> str:
    template = shipping(reply="We ship to {{ countries_count }} countries in Europe.")
    with world.database.writing() as session:
        return change_template(session, BRAND, template, now=world.clock.now()).version


def revision(world: World) -> int:
    with world.database.reading() as session:
        return faq_revision(session, BRAND)


def test_what_is_kept_counts_as_generated_and_only_a_change_raises_the_revision(world: World) -> None:
    before = revision(world)
    assert kept(world, BERGEN, ROME) == 2
    with world.database.reading() as session:
        examples = generated.generated_examples(session, BRAND)
    assert [(example.template_id, example.text, example.is_generated) for example in examples] == [
        (SHIPPING, BERGEN, True),
        (SHIPPING, ROME, True),
    ]
    assert revision(world) == before + 1

    assert kept(world, BERGEN, ROME) == 2
    assert revision(world) == before + 1


def test_what_was_written_for_another_version_counts_no_more_and_makes_room(world: World) -> None:
    kept(world, BERGEN, ROME)
    version = changed(world)
    assert active(world) == {}

    assert kept(world, ROME, "is Oslo far?", version=version) == 2
    assert set(active(world)) == {ROME, "is Oslo far?"}


def test_a_removed_wording_stays_removed_in_every_version(world: World) -> None:
    kept(world, BERGEN, ROME)
    before = revision(world)
    removed(world, BERGEN)
    assert (set(active(world)), revision(world)) == ({ROME}, before + 1)

    version = changed(world)
    assert kept(world, "Can u send it to BERGEN", ROME, version=version) == 1
    assert set(active(world)) == {ROME}
    with world.database.reading() as session:
        assert removed_texts(session, BRAND, SHIPPING) == [BERGEN]


def test_a_template_out_of_use_has_none(world: World) -> None:
    kept(world, BERGEN)
    with world.database.writing() as session:
        delete_template(session, BRAND, SHIPPING, now=world.clock.now())
    assert active(world) == {}


def test_a_question_of_another_template_is_not_found(world: World) -> None:
    kept(world, BERGEN)
    number = active(world)[BERGEN]
    with world.database.writing() as session, pytest.raises(NotFound):
        generated.remove(session, BRAND, number, template_id="other", by="Mia", now=world.clock.now())
    with world.database.writing() as session, pytest.raises(NotFound):
        generated.remove(session, BRAND, number + 1, by="Mia", now=world.clock.now())


def test_a_template_is_asked_for_once_in_each_version(world: World) -> None:
    def not_asked() -> list[str]:
        with world.database.reading() as session:
            return [template.template_id for template in templates_not_asked_for(session, limit=5)]

    def begun(version: str) -> int:
        with world.database.writing() as session:
            return generated.begin(session, BRAND, SHIPPING, version, now=world.clock.now()).attempt

    assert not_asked() == [SHIPPING]
    assert begun(shipping().version) == 0
    assert not_asked() == []
    version = changed(world)
    assert not_asked() == [SHIPPING]
    assert begun(version) == 1, "a job's name never comes again"
    assert not_asked() == []
