"""What happens when the encoder is changed: the old index serves until the new one is there."""

from __future__ import annotations

import gc
import logging
import threading
import weakref
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from replyassist.core.digests import text_digest
from replyassist.core.embedding import Encoder, Vectors, cache_file
from replyassist.core.errors import ConfigurationError
from replyassist.core.settings import Settings
from replyassist.core.shared_encoders import SharedEncoders
from replyassist.faq.service import import_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.confidence import Calibration
from replyassist.retrieval.encoders import WAITED_FOR
from replyassist.retrieval.fits import calibration_file, fit_for, save_calibration
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.service import EMBEDDINGS, IndexRegistry, retrieve
from replyassist.testing import FakeEncoder
from tests.world import BRAND, World, shipping

MANY = ReplyTemplate(
    id="opening", title="When are you open?", questions=[f"open on day {n}?" for n in range(WAITED_FOR)], reply="At 9."
)
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Model(FakeEncoder):
    """Poses as the model of that name, whose vectors are other ones; waits before it encodes, where it is told to."""

    def __init__(self, name: str, *, held: threading.Event | None = None) -> None:
        self._name, self._held = name, held
        self.encoded: list[str] = []
        self.is_loaded = False

    @property
    def model_digest(self) -> str:
        return text_digest(self._name)

    @property
    def dimension(self) -> int:
        self.is_loaded = True
        return super().dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self._held is not None:
            assert self._held.wait(10)
        self.encoded += texts
        return super().encode(texts) * (1 if self._name == "minilm" else -1)


def started(world: World, model: str, make: Callable[[str], Encoder] = Model) -> IndexRegistry:
    return IndexRegistry(Settings(home=world.settings.home, encoder_model=model), make)


def prepared(world: World) -> None:
    """The brand has many templates, encoded by minilm."""
    with world.database.writing() as session:
        import_templates(session, BRAND, [shipping(), MANY], now=world.clock.now())
    started(world, "minilm").index_for(world.database, BRAND)


def digest_of(index: TemplateIndex) -> str:
    return index.encoder.model_digest


def test_the_encoder_before_serves_until_all_is_encoded(world: World, caplog: pytest.LogCaptureFixture) -> None:
    prepared(world)
    go_on = threading.Event()
    made: dict[str, Model] = {}

    def make(name: str) -> Model:
        made[name] = Model(name, held=go_on if name == "mpnet" else None)
        return made[name]

    registry = started(world, "mpnet", make)
    with caplog.at_level(logging.INFO):
        index = registry.index_for(world.database, BRAND)
    found = retrieve(
        "do you ship to Norway?",
        index,
        index.encoder,
        threshold=0,
        limit=1,
        channel="x",
        visibility="public",
        day=date(2026, 11, 22),
    )

    assert digest_of(index) == Model("minilm").model_digest
    assert found.best is not None
    assert found.best.template_id == "shipping-abroad"
    assert made["minilm"].encoded == ["do you ship to Norway?"], "the message, by the encoder of the index"
    assert "serves" in caplog.text
    go_on.set()
    assert registry.wait(BRAND, seconds=30)
    after = registry.index_for(world.database, BRAND)
    assert digest_of(after) == Model("mpnet").model_digest
    assert len(after) == len(index)


def test_what_changes_meanwhile_is_in_both(world: World) -> None:
    prepared(world)
    go_on = threading.Event()
    registry = started(world, "mpnet", lambda name: Model(name, held=go_on if name == "mpnet" else None))
    registry.index_for(world.database, BRAND)
    with world.database.writing() as session:
        import_templates(session, BRAND, [shipping(title="Where do you ship?")], now=world.clock.now())
    during = registry.index_for(world.database, BRAND)
    go_on.set()
    assert registry.wait(BRAND, seconds=30)
    after = registry.index_for(world.database, BRAND)

    assert digest_of(during) == Model("minilm").model_digest
    assert digest_of(after) == Model("mpnet").model_digest
    for index in (during, after):
        assert "Where do you ship?" in {template.title for template in index.templates}


def test_switching_back_encodes_nothing(world: World) -> None:
    prepared(world)
    away = started(world, "mpnet")
    away.index_for(world.database, BRAND)
    assert away.wait(BRAND, seconds=30)
    back = Model("minilm")
    index = started(world, "minilm", lambda _: back).index_for(world.database, BRAND)

    assert digest_of(index) == back.model_digest
    assert back.encoded == []


def test_a_restart_in_between_serves_on_with_the_encoder_before(world: World) -> None:
    prepared(world)
    for _ in range(2):
        registry = started(
            world, "mpnet", lambda name: Model(name, held=threading.Event() if name == "mpnet" else None)
        )
        assert digest_of(registry.index_for(world.database, BRAND)) == Model("minilm").model_digest
        registry.close()


def test_who_has_to_wait_for_many_texts_is_told_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    started(world, "minilm").index_for(world.database, BRAND)
    assert "waits" not in caplog.text
    prepared(world)

    assert f"waits until about {len(MANY.questions) + 6} texts are encoded" in caplog.text
    caplog.clear()
    started(world, "minilm").index_for(world.database, BRAND)
    assert "waits" not in caplog.text


def test_few_texts_are_encoded_at_once(world: World) -> None:
    started(world, "minilm").index_for(world.database, BRAND)

    assert digest_of(started(world, "mpnet").index_for(world.database, BRAND)) == Model("mpnet").model_digest


def test_a_cache_of_before_models_were_noted_is_minilms(world: World) -> None:
    prepared(world)
    for note in (world.settings.home / EMBEDDINGS).glob("*.model"):
        note.unlink()
    registry = started(world, "mpnet", lambda name: Model(name, held=threading.Event() if name == "mpnet" else None))

    assert digest_of(registry.index_for(world.database, BRAND)) == Model("minilm").model_digest


def test_an_encoder_that_is_no_longer_there_cannot_serve(world: World) -> None:
    prepared(world)

    def make(name: str) -> Model:
        if name == "minilm":
            raise ConfigurationError("it is gone")
        return Model(name)

    assert digest_of(started(world, "mpnet", make).index_for(world.database, BRAND)) == Model("mpnet").model_digest


def test_one_that_has_not_encoded_the_brands_texts_is_not_loaded(world: World) -> None:
    started(world, "minilm").index_for(world.database, BRAND)
    with world.database.writing() as session:
        import_templates(session, BRAND, [shipping(), MANY], now=world.clock.now())
    made: dict[str, Model] = {}
    registry = started(world, "mpnet", lambda name: made.setdefault(name, Model(name)))

    assert digest_of(registry.index_for(world.database, BRAND)) == Model("mpnet").model_digest
    assert not made["minilm"].is_loaded


def test_the_encoder_before_is_freed_when_no_index_is_of_it(world: World) -> None:
    prepared(world)
    held, go_on = weakref.WeakValueDictionary[str, Model](), threading.Event()

    def make(name: str) -> Model:
        return held.setdefault(name, Model(name, held=go_on if name == "mpnet" else None))

    registry = started(world, "mpnet", SharedEncoders(make))
    registry.index_for(world.database, BRAND)
    assert set(held) == {"minilm", "mpnet"}
    go_on.set()
    assert registry.wait(BRAND, seconds=30)
    gc.collect()

    assert set(held) == {"mpnet"}


def test_one_that_became_another_cannot_serve(world: World) -> None:
    prepared(world)
    registry = started(world, "mpnet", lambda name: Model("other weights" if name == "minilm" else name))

    assert digest_of(registry.index_for(world.database, BRAND)) == Model("mpnet").model_digest


def test_each_index_has_the_calibration_of_its_encoder(world: World) -> None:
    prepared(world)
    home = world.settings.home
    for number, name in enumerate(("minilm", "mpnet")):
        digest = Model(name).model_digest
        fitted = _with_cases(digest, number)
        save_calibration(fitted, calibration_file(home, brand_id=BRAND, encoder=digest))
    go_on = threading.Event()
    registry = started(world, "mpnet", lambda name: Model(name, held=go_on if name == "mpnet" else None))
    before = registry.index_for(world.database, BRAND)
    go_on.set()
    assert registry.wait(BRAND, seconds=30)
    after = registry.index_for(world.database, BRAND)

    assert (before.calibration.right.cases, after.calibration.right.cases) == (0, 1)


def test_beside_each_cache_stands_its_model(world: World, tmp_path: Path) -> None:
    prepared(world)
    cache = cache_file(world.settings.home / EMBEDDINGS, Model("minilm").model_digest)

    assert cache.is_file()
    assert cache.with_suffix(".model").read_text(encoding="utf-8") == "minilm"


def _with_cases(encoder: str, cases: int) -> Calibration:
    shipped = fit_for(encoder).calibration
    return shipped.model_copy(update={"encoder": encoder, "right": shipped.right.model_copy(update={"cases": cases})})
