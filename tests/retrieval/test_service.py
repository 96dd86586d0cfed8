from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from replyassist.brands.models import Brand
from replyassist.brands.service import ensure_brand
from replyassist.core.embedding import Vectors
from replyassist.core.errors import NotFound
from replyassist.core.settings import Settings
from replyassist.faq.learned import LessonSource, add
from replyassist.faq.service import delete_template, import_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.confidence import Band
from replyassist.retrieval.fits import calibration_file, save_calibration
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.service import IndexRegistry, Retrieved, retrieve
from replyassist.testing import FakeEncoder
from tests.world import BRAND, World, shipping

DAY = date(2026, 11, 22)
DECAF = ReplyTemplate(id="decaf", title="Do you have a decaf?", reply="Our decaf is called Lullaby.")

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class CountingEncoder(FakeEncoder):
    """Remembers each call; takes its time, so that threads meet."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.calls: list[list[str]] = []
        self._seconds = seconds

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(list(texts))
        time.sleep(self._seconds)
        return super().encode(texts)


def found(text: str, threshold: float, *templates: ReplyTemplate) -> Retrieved:
    encoder = FakeEncoder()
    return retrieve(
        text,
        TemplateIndex(templates, encoder),
        encoder,
        threshold=threshold,
        limit=3,
        channel="instagram",
        visibility="public",
        day=DAY,
    )


def registry(world: World, encoder: FakeEncoder | None = None) -> IndexRegistry:
    return IndexRegistry(Settings(home=world.settings.home, abstain_threshold=0.4), lambda _: encoder or FakeEncoder())


def change(world: World, *templates: ReplyTemplate, brand: str = BRAND) -> None:
    with world.database.writing() as session:
        ensure_brand(session, brand, now=world.clock.now())
        import_templates(session, brand, list(templates), now=world.clock.now())


def titles(index: TemplateIndex) -> set[str]:
    return {template.title for template in index.templates}


class TestRetrieve:
    def test_a_template_above_the_threshold_answers(self) -> None:
        result = found("do you ship to Norway?", 0.5, shipping(), DECAF)

        assert not result.abstained
        assert result.best is not None
        assert result.best.template_id == "shipping-abroad"

    def test_below_the_threshold_nothing_answers_but_what_was_close_is_shown(self) -> None:
        result = found("who painted the mural in your shop?", 0.99, shipping(), DECAF)

        assert result.abstained
        assert result.best is None
        assert len(result.matches) == 2

    def test_exactly_at_the_threshold_it_answers(self) -> None:
        sure = found("ship to Sweden?", 0.0, shipping()).matches[0].probability

        assert 0 < sure < 1
        assert found("ship to Sweden?", sure, shipping()).best is not None
        assert found("ship to Sweden?", sure + 0.0001, shipping()).abstained

    def test_without_templates_nothing_answers(self) -> None:
        result = found("hello", 0.0)

        assert (result.abstained, result.best, result.matches) == (True, None, ())
        assert found("hello", -1.0).best is None

    def test_a_text_that_asks_nothing_is_in_no_band_however_near_a_template_is(self) -> None:
        nothing = shipping(title="?!", questions=["?!"])
        answers, abstains = found("ship?!", 0.0, nothing), found("?!", 0.0, nothing)

        assert not answers.abstained
        assert answers.band is not Band.NONE
        assert abstains.matches[0].probability > 0
        assert abstains.band is Band.NONE

    def test_it_says_how_long_it_took(self) -> None:
        result = found("do you ship?", 0.5, shipping())

        assert result.encode_ms > 0
        assert result.search_ms > 0


class TestRegistry:
    @on_sqlite
    def test_an_index_is_built_once_and_kept(self, world: World) -> None:
        encoder = CountingEncoder()
        indexes = registry(world, encoder)

        first = indexes.index_for(world.database, BRAND)
        encoder.calls.clear()

        assert indexes.index_for(world.database, BRAND) is first
        assert encoder.calls == []

    @on_sqlite
    def test_the_index_that_was_not_used_for_the_longest_time_makes_room(self, world: World) -> None:
        for brand in ("harbour", "cafe"):
            change(world, DECAF, brand=brand)
        encoder = CountingEncoder()
        indexes = IndexRegistry(Settings(home=world.settings.home), lambda _: encoder, most_brands=2)
        kept, gone = (indexes.index_for(world.database, brand) for brand in (BRAND, "harbour"))
        indexes.index_for(world.database, BRAND)
        indexes.index_for(world.database, "cafe")
        encoder.calls.clear()

        assert indexes.index_for(world.database, BRAND) is kept
        again = indexes.index_for(world.database, "harbour")
        assert again is not gone
        assert titles(again) == titles(gone)
        assert encoder.calls == [], "vectors come from the disk"

    def test_only_the_brand_that_changed_is_built_anew(self, world: World) -> None:
        change(world, DECAF, brand="harbour")
        indexes = registry(world)
        before = [indexes.index_for(world.database, brand) for brand in (BRAND, "harbour")]
        change(world, shipping(title="Where do you ship?"))
        after = [indexes.index_for(world.database, brand) for brand in (BRAND, "harbour")]

        assert after[0] is not before[0]
        assert titles(after[0]) == {"Where do you ship?"}
        assert after[1] is before[1]

    @on_sqlite
    def test_only_the_texts_that_changed_are_encoded(self, world: World) -> None:
        encoder = CountingEncoder()
        indexes = registry(world, encoder)
        indexes.index_for(world.database, BRAND)
        encoder.calls.clear()
        change(world, shipping(title="Where do you ship?"))
        indexes.index_for(world.database, BRAND)

        assert encoder.calls[0] == ["Where do you ship?", f"Where do you ship?. {shipping().rendered_reply}"]

    @on_sqlite
    def test_a_restart_encodes_nothing_again(self, world: World) -> None:
        registry(world).index_for(world.database, BRAND)
        encoder = CountingEncoder()
        index = registry(world, encoder).index_for(world.database, BRAND)

        assert len(index) == 4
        assert encoder.calls == []

    @on_sqlite
    def test_what_calibrating_kept_for_this_brand_and_encoder_is_used(self, world: World) -> None:
        change(world, DECAF, brand="harbour")
        digest = FakeEncoder().model_digest
        shipped = registry(world).calibration(BRAND)
        own = shipped.model_copy(
            update={"encoder": digest, "answerable": shipped.answerable.model_copy(update={"bias": 9})}
        )
        save_calibration(own, calibration_file(world.settings.home, brand_id=BRAND, encoder=digest))

        indexes = registry(world)
        assert indexes.index_for(world.database, BRAND).calibration == own != shipped
        assert indexes.index_for(world.database, "harbour").calibration == shipped

    @on_sqlite
    def test_an_import_that_changes_nothing_builds_nothing(self, world: World) -> None:
        indexes = registry(world)
        before = indexes.index_for(world.database, BRAND)
        change(world, shipping())

        assert indexes.index_for(world.database, BRAND) is before

    @on_sqlite
    def test_a_template_that_was_deleted_is_gone_at_once(self, world: World) -> None:
        change(world, DECAF)
        indexes = registry(world)
        before = indexes.index_for(world.database, BRAND)
        with world.database.writing() as session:
            delete_template(session, BRAND, "decaf", now=world.clock.now())

        assert before.template("decaf") is not None, "who holds the old index may finish with it"
        assert indexes.index_for(world.database, BRAND).template("decaf") is None

    @on_sqlite
    def test_brands_do_not_see_each_others_templates(self, world: World) -> None:
        change(world, DECAF, brand="harbour")
        indexes = registry(world)

        assert titles(indexes.index_for(world.database, BRAND)) == {"Do you ship abroad?"}
        assert titles(indexes.index_for(world.database, "harbour")) == {"Do you have a decaf?"}

    @on_sqlite
    def test_a_brand_without_templates_has_an_empty_index(self, world: World) -> None:
        change(world, brand="empty")

        assert len(registry(world).index_for(world.database, "empty")) == 0

    @on_sqlite
    def test_there_is_no_index_for_a_brand_that_is_not_there(self, world: World) -> None:
        with pytest.raises(NotFound, match="nobody"):
            registry(world).index_for(world.database, "nobody")

    def test_threads_that_ask_at_once_wait_for_one_index(self, world: World) -> None:
        encoder = CountingEncoder(seconds=0.2)
        indexes, together = registry(world, encoder), threading.Barrier(8)

        def ask() -> TemplateIndex:
            together.wait(10)
            return indexes.index_for(world.database, BRAND)

        with ThreadPoolExecutor(8) as pool:
            built = [done.result() for done in [pool.submit(ask) for _ in range(8)]]

        assert {id(index) for index in built} == {id(built[0])}
        encoded = [text for call in encoder.calls for text in call]
        assert len(encoded) == len(set(encoded))

    @on_sqlite
    def test_one_brands_building_does_not_hold_up_another(self, world: World) -> None:
        change(world, DECAF, brand="harbour")
        inside, go_on = threading.Event(), threading.Event()

        class SlowAtShipping(FakeEncoder):
            def encode(self, texts: Sequence[str]) -> Vectors:
                if any("ship" in text for text in texts):
                    inside.set()
                    assert go_on.wait(10)
                return super().encode(texts)

        indexes = registry(world, SlowAtShipping())
        with ThreadPoolExecutor(1) as pool:
            slow = pool.submit(indexes.index_for, world.database, BRAND)
            assert inside.wait(10)
            assert len(indexes.index_for(world.database, "harbour")) == 2
            assert not slow.done()
            go_on.set()
            assert len(slow.result(10)) == 4

    @on_sqlite
    def test_a_change_while_an_index_is_built_is_seen_by_the_next_who_asks(self, world: World) -> None:
        inside, go_on = threading.Event(), threading.Event()

        class Held(FakeEncoder):
            def encode(self, texts: Sequence[str]) -> Vectors:
                inside.set()
                assert go_on.wait(10)
                return super().encode(texts)

        indexes = registry(world, Held())
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(indexes.index_for, world.database, BRAND)
            assert inside.wait(10)
            change(world, DECAF)
            go_on.set()
            assert first.result(10).template("decaf") is None

        assert indexes.index_for(world.database, BRAND).template("decaf") is not None

    @on_sqlite
    def test_a_build_that_fails_is_tried_again(self, world: World) -> None:
        class FailsOnce(FakeEncoder):
            failed = False

            def encode(self, texts: Sequence[str]) -> Vectors:
                if not self.failed:
                    self.failed = True
                    raise MemoryError
                return super().encode(texts)

        indexes = registry(world, FailsOnce())
        with pytest.raises(MemoryError):
            indexes.index_for(world.database, BRAND)

        assert len(indexes.index_for(world.database, BRAND)) == 4

    def test_a_message_that_was_learned_is_searched_without_a_restart(self, world: World) -> None:
        indexes = registry(world)
        before = indexes.index_for(world.database, BRAND)
        item = world.item()
        source = LessonSource(item.id or 0, item.message_id, "approved", "Mia")
        with world.database.writing() as session:
            add(session, BRAND, "shipping-abroad", "anything for Lapland?", source=source, now=world.clock.now())
        after = indexes.index_for(world.database, BRAND)

        assert len(after) == len(before) + 1
        query = FakeEncoder().encode(["anything for Lapland?"])[0]
        match = after.search(query, limit=1, channel="x", visibility="public", day=DAY)[0]
        assert (match.matched_text, match.matched_field) == ("anything for Lapland?", "learned")

    @on_sqlite
    def test_a_brands_own_threshold_comes_before_the_setting(self, world: World) -> None:
        indexes = registry(world)
        with world.database.writing() as session:
            assert indexes.threshold_for(session, BRAND) == 0.4
            session.get_one(Brand, BRAND).abstain_threshold = 0.0
        with world.database.reading() as session:
            assert indexes.threshold_for(session, BRAND) == 0.0
