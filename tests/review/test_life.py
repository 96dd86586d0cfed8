"""The whole life of review items under everything that can happen to them (``tests/review/life``).

``REPLYASSIST_LIFE_STEPS=100000 pytest tests/review/test_life.py --log-file=walks.log`` walks for longer and says how
far it is; ``REPLYASSIST_LIFE_SEED`` walks elsewhere.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from replyassist.core.database import Database
from replyassist.core.settings import Settings
from replyassist.testing import FakeClock
from tests.conftest import at_database, scratch_database, with_known_statements
from tests.review.life.walk import WalkFailed, shortest, walk
from tests.world import World

STEPS = int(os.environ.get("REPLYASSIST_LIFE_STEPS", "1000"))  # on each database
SEED = os.environ.get("REPLYASSIST_LIFE_SEED", "1")
LENGTH = 125
"""Steps of one walk; then another begins in a new world."""
WALKS = logging.getLogger("life")
WALKS.setLevel(logging.INFO)
NewWorld = Callable[[], AbstractContextManager[World]]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_world(request: pytest.FixtureRequest, tmp_path: Path) -> NewWorld:
    """Makes one new world after the other, on SQLite and on PostgreSQL."""

    @contextmanager
    def on(url: str) -> Iterator[World]:
        database = with_known_statements(Database(url))
        settings = Settings(home=tmp_path, send_delay_seconds=5, delivery_attempts=4, draft_attempts=2)
        world = World(database, FakeClock(), settings)
        world.prepare()
        yield world
        database.dispose()

    @contextmanager
    def on_sqlite() -> Iterator[World]:
        path = tmp_path / "life.db"
        for old in tmp_path.glob("life.db*"):
            old.unlink()
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        with on(f"sqlite:///{path}") as world:
            yield world

    @contextmanager
    def on_postgres() -> Iterator[World]:
        admin, migrated = request.getfixturevalue("postgres_admin"), request.getfixturevalue("migrated_postgres")
        with (
            scratch_database(admin, migrated) as name,
            on(at_database(request.getfixturevalue("postgres_server"), name)) as world,
        ):
            yield world

    return on_sqlite if request.param == "sqlite" else on_postgres


def test_on_every_walk_the_rules_hold_and_no_item_is_stuck(
    new_world: NewWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)  # the model and the platform fail all the time
    for start in range(0, STEPS, LENGTH):
        seed, steps = f"{SEED}.{start // LENGTH}", range(min(LENGTH, STEPS - start))
        if (failed := walked(new_world, seed, steps)) is not None:
            least = shortest(partial(walked, new_world, seed), failed)
            pytest.fail(str(least), pytrace=False)
        WALKS.info("walk %s: %d steps", seed, len(steps))


def walked(new_world: NewWorld, seed: str, steps: Sequence[int]) -> WalkFailed | None:
    with new_world() as world:
        try:
            walk(world, seed, steps)
        except WalkFailed as failed:
            return failed
    return None
