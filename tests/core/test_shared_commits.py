"""Acts that wait for SQLite's one writer are committed together, and none is told of before it is on disk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from replyassist.core.database import Database
from replyassist.core.errors import DatabaseBusy, NotFound
from replyassist.core.patience import Patience
from replyassist.core.shared_commits import MOST_TOGETHER

SECONDS = 30.0
who: ContextVar[str] = ContextVar("who", default="")

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def keep(word: str) -> Callable[[Session], str]:
    def act(session: Session) -> str:
        session.connection().execute(text("INSERT INTO kept VALUES (:word)"), {"word": word})
        return word

    return act


def on_disk(database: Database) -> list[str]:
    """As another program sees it."""
    path = make_url(database.url).database
    assert path
    with sqlite3.connect(path) as other:
        return sorted(word for (word,) in other.execute("SELECT word FROM kept"))


class Crowd:
    """Acts that all come while somebody else is at work."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commits: list[list[str]] = []
        self._pool = ThreadPoolExecutor(64)
        event.listen(database.engine, "commit", lambda _: self.commits.append([]))

    def end(self) -> None:
        """Its threads are gone."""
        self._pool.shutdown()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Somebody works, and what is given meanwhile waits."""
        begun, goes_on = threading.Event(), threading.Event()

        def hold(session: Session) -> None:
            session.connection()  # its transaction begins
            begun.set()
            assert goes_on.wait(SECONDS)

        holding = self._pool.submit(self.database.write, hold)
        assert begun.wait(SECONDS)
        try:
            yield
        finally:
            goes_on.set()
            holding.result(SECONDS)

    def give(self, act: Callable[[Session], Any]) -> Future[Any]:
        """Have it run by a thread of its own; it waits by the time this returns."""
        before = len(self.database._shared._waiting)
        given = self._pool.submit(self.database.write, act)
        with self.database._shared._changed:
            while len(self.database._shared._waiting) == before:
                self.database._shared._changed.wait(0.01)
        return given


@pytest.fixture
def crowd(database: Database) -> Iterator[Crowd]:
    with database.writing() as session:
        session.connection().execute(text("CREATE TABLE kept (word TEXT PRIMARY KEY)"))
        owner = "TEXT REFERENCES kept (word) DEFERRABLE INITIALLY DEFERRED"  # looked at when it is committed
        session.connection().execute(text(f"CREATE TABLE owned (word {owner})"))
    made = Crowd(database)
    yield made
    made.end()
    database = Database(database.url)  # to which nobody listens
    with database.writing() as session:
        session.connection().execute(text("DROP TABLE owned"))
        session.connection().execute(text("DROP TABLE kept"))
    database.dispose()


def test_what_waits_is_committed_at_once_and_each_has_its_own_answer(crowd: Crowd) -> None:
    with crowd.at_work():
        given = {word: crowd.give(keep(word)) for word in "abcde"}
    assert {word: each.result(SECONDS) for word, each in given.items()} == {word: word for word in "abcde"}
    assert on_disk(crowd.database) == list("abcde")
    assert len(crowd.commits) == 2  # of the one at work, and of the five


def test_nobody_is_told_before_it_is_on_disk(crowd: Crowd) -> None:
    def at_commit(_connection: object) -> None:
        seen.append((on_disk(crowd.database), any(each.done() for each in given)))

    seen: list[tuple[list[str], bool]] = []
    given: list[Future[str]] = []
    with crowd.at_work():
        given += [crowd.give(keep(word)) for word in "abc"]
        event.listen(crowd.database.engine, "commit", at_commit)
    assert [each.result(SECONDS) for each in given] == list("abc")
    assert seen == [([], False), ([], False)]  # just before the commits: of the one at work, and of the three
    assert on_disk(crowd.database) == list("abc")


def test_one_that_fails_keeps_its_error_to_itself(crowd: Crowd) -> None:
    def fail(session: Session) -> None:
        keep("half")(session)
        raise NotFound("there is nothing")

    with crowd.at_work():
        before, failing, after = crowd.give(keep("a")), crowd.give(fail), crowd.give(keep("b"))
    assert (before.result(SECONDS), after.result(SECONDS)) == ("a", "b")
    with pytest.raises(NotFound):
        failing.result(SECONDS)
    assert on_disk(crowd.database) == ["a", "b"]


def test_a_commit_that_fails_is_nobodys_success(crowd: Crowd) -> None:
    def orphan(session: Session) -> str:
        session.connection().execute(text("INSERT INTO owned VALUES ('nobody')"))
        return "told too early"

    with crowd.at_work():
        refused, after = crowd.give(orphan), crowd.give(keep("b"))
    with pytest.raises(IntegrityError):
        refused.result(SECONDS)
    assert after.result(SECONDS) == "b"
    assert on_disk(crowd.database) == ["b"]


def test_each_act_runs_as_the_one_who_gave_it(crowd: Crowd) -> None:
    def give_as(name: str) -> Future[str]:
        def act(_session: Session) -> str:
            return who.get()

        def with_name() -> str:
            who.set(name)
            return crowd.database.write(act)

        return crowd._pool.submit(with_name)

    with crowd.at_work():
        given = [give_as(name) for name in ("Ada", "Ben")]
    assert [each.result(SECONDS) for each in given] == ["Ada", "Ben"]


def test_more_than_fit_are_all_done(crowd: Crowd) -> None:
    words = [f"{number:02}" for number in range(MOST_TOGETHER + 5)]
    with crowd.at_work():
        given = [crowd.give(keep(word)) for word in words]
    assert [each.result(SECONDS) for each in given] == words
    assert on_disk(crowd.database) == words
    assert len(crowd.commits) == 3


def test_who_waits_too_long_is_told_and_nothing_of_it_is_kept(database: Database) -> None:
    impatient = Database(database.url, Patience(lock=0.05, statement=0.05, idle=1.0))
    with Crowd(impatient).at_work(), pytest.raises(DatabaseBusy):
        impatient.write(keep("late"))
    impatient.write(lambda session: None)  # and the next has its turn
    impatient.dispose()
