from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlmodel import select

from replyassist.brands.models import Brand
from replyassist.core.database import RESTED_SECONDS, Database
from replyassist.core.errors import DatabaseBusy
from replyassist.core.patience import Patience, patiently
from replyassist.faq.repository import lock_brand
from tests.world import BRAND, World

SHORT = Patience(lock=0.2, statement=0.4, idle=0.2)


@dataclass
class Busy:
    """An act that meets a busy database so many times."""

    times: int
    waited: list[float] = field(default_factory=list)

    def __call__(self) -> str:
        if len(self.waited) < self.times:
            raise DatabaseBusy("busy")
        return "done"


def test_limits_follow_the_time_after_which_a_worker_counts_as_dead() -> None:
    assert Patience.of(15) == Patience(lock=7.5, statement=15, idle=7.5)


def test_limits_are_added_to_the_options_of_a_url_and_sqlite_has_none() -> None:
    url = "postgresql+psycopg://u:p@h/d?options=-c%20search_path%3Dx"

    assert SHORT.applied_to(url).query["options"] == (
        "-c search_path=x -c lock_timeout=200 -c statement_timeout=400 -c idle_in_transaction_session_timeout=200"
    )
    assert SHORT.applied_to("sqlite:///a.db") == make_url("sqlite:///a.db")


def test_an_act_is_repeated_after_each_pause_and_then_may_fail() -> None:
    twice, always = Busy(2), Busy(9)

    assert patiently(twice, pauses=(1, 2, 3), wait=twice.waited.append) == "done"
    with pytest.raises(DatabaseBusy):
        patiently(always, pauses=(1, 2), wait=always.waited.append)
    assert (twice.waited, always.waited) == ([1, 2], [1, 2])


def test_a_row_that_somebody_holds_is_not_waited_for_for_ever(world: World) -> None:
    hurried = Database(world.database.url, SHORT)
    with world.database.writing() as holder:
        lock_brand(holder, BRAND)
        with pytest.raises(DatabaseBusy), hurried.writing() as session:
            lock_brand(session, BRAND)
    with hurried.writing() as session:
        assert lock_brand(session, BRAND).id == BRAND
    hurried.dispose()


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
class TestOnPostgres:
    def test_a_statement_ends(self, database: Database) -> None:
        hurried = Database(database.url, SHORT)

        with pytest.raises(DatabaseBusy), hurried.reading() as session:
            session.connection().execute(text("SELECT pg_sleep(30)"))
        hurried.dispose()

    def test_a_transaction_whose_process_says_nothing_gives_its_rows_back(self, world: World) -> None:
        silent = Database(world.database.url, SHORT)
        with pytest.raises(DatabaseBusy), silent.writing() as holder:
            lock_brand(holder, BRAND)
            with world.database.writing() as session:  # waits until the holder's session is ended
                lock_brand(session, BRAND)
            holder.exec(select(Brand)).all()
        silent.dispose()

    def test_what_refers_to_a_brand_is_stored_while_its_templates_change(self, world: World) -> None:
        hurried = World(Database(world.database.url, SHORT), world.clock, world.settings, numbers=world.numbers)
        with world.database.writing() as holder:
            lock_brand(holder, BRAND)
            assert hurried.message()
        hurried.database.dispose()

    def test_a_server_that_nobody_runs_is_told_from_one_that_is_busy(self, database: Database) -> None:
        nowhere = Database(make_url(database.url).set(host="127.0.0.1", port=1, query={}).render_as_string(False))

        with pytest.raises(DatabaseBusy, match="does not answer"), nowhere.reading() as session:
            session.exec(select(Brand)).all()

    def test_connections_that_ended_while_they_rested_are_opened_anew(self, database: Database) -> None:
        other = Database(database.url)
        with database.reading() as one, database.asking() as two:
            sessions = {each.connection().execute(text("SELECT pg_backend_pid()")).scalar_one() for each in (one, two)}
        time.sleep(1.1 * RESTED_SECONDS)
        with other.reading() as session:
            for process in sessions:
                session.connection().execute(text(f"SELECT pg_terminate_backend({process}, 5000)"))
        other.dispose()

        for asked in (database.asking, database.writing, database.reading):
            with asked() as session:
                assert session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one() not in sessions

    def test_a_connection_that_ended_in_use_is_a_wait_that_ended(self, database: Database) -> None:
        with pytest.raises(DatabaseBusy, match="does not answer"), database.writing() as session:
            session.connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        database.ping()

    def test_a_statement_that_is_wrong_is_no_wait(self, database: Database) -> None:
        with pytest.raises(ProgrammingError), database.reading() as session:
            session.connection().execute(text("SELECT nothing FROM nowhere"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_without_room_is_a_wait_that_ended(world: World) -> None:
    with pytest.raises(DatabaseBusy, match="no room"), world.database.writing() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        session.connection().exec_driver_sql("CREATE TABLE big AS SELECT zeroblob(1000000)")
    world.database.dispose()
    assert world.message()
