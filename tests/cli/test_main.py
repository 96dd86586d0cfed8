"""The command line as a whole: what goes wrong is one line and an exit status."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from replyassist.app import build_parts, upgrade_database
from replyassist.brands.service import ensure_brand
from replyassist.cli.intake import take_all
from replyassist.cli.serving import LOST_PLACE, run_server
from replyassist.core.database import Database
from replyassist.core.errors import ReplyassistError
from replyassist.core.job_engine import ENGINE_PLACE
from replyassist.core.job_runner import JobRunner
from replyassist.core.jobs import Heartbeats
from replyassist.core.settings import Settings
from replyassist.testing import FakeClock, FakeEncoder, FakeJobQueue
from tests.cli.result import Result, Run
from tests.world import World, message_in

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def run(typed: Run) -> Run:
    """Runs the command line."""
    return typed


@pytest.fixture
def home(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'home' / 'replyassist.db'}")
    upgrade_database(database)
    return database


def one_line(result: Result) -> str:
    assert result.out == ""
    (line,) = result.err.splitlines()
    assert line.startswith("error: ")
    return line


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "abc"), ("LOG_LEVEL", "LOUD"), ("QUEUE_LIMIT", "0"), ("DATABASE_URL", "nonsense")]
)
def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"REPLYASSIST_{name}", value)
    result = run("queue", "list")

    assert (result.status, one_line(result).split(": ")[1]) == (2, f"REPLYASSIST_{name}")


@pytest.mark.parametrize("url", ["oracle9://u:hush@h/x", "mysql://u:hush@h/x", "postgresql://u:hush@h:port/x"])
def test_an_address_of_no_database_we_know_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REPLYASSIST_DATABASE_URL", url)
    result = run("queue", "list")

    assert result.status == 2
    assert "REPLYASSIST_DATABASE_URL" in one_line(result)
    assert "hush" not in result.err


def test_a_database_that_is_away_is_one_line_without_the_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLYASSIST_DATABASE_URL", "postgresql://somebody:hush@127.0.0.1:1/x")
    result = run("queue", "list")

    assert result.status == 1
    assert "the database does not answer" in one_line(result)
    assert "hush" not in result.err


def test_what_nobody_foresaw_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, where a folder should be", encoding="utf-8")
    result = run("queue", "list")

    assert result.status == 1
    assert "unexpected error: FileExistsError: " in one_line(result)
    assert "REPLYASSIST_LOG_LEVEL=DEBUG" in result.err


def test_a_message_that_looks_like_markup_is_listed_as_it_is(run: Run, home: Database, tmp_path: Path) -> None:
    world = World(home, FakeClock(), Settings(home=tmp_path / "home"))
    world.prepare()
    world.item(message={"text": "a [/b] b [red]c[/red] \x1b[31md"})
    home.dispose()
    result = run("queue", "list")

    assert result.status == 0, result.err
    assert "a [/b] b [red]c[/red] [31md" in result.out
    assert "\x1b" not in result.out


@pytest.mark.parametrize("secret", ["secret", "whsec_!!!!", "whsec_MfKQ9r8=", SECRET.removeprefix("whsec_")])
def test_a_weak_or_malformed_secret_is_refused(run: Run, home: Database, secret: str) -> None:
    home.dispose()
    result = run("brand", "connect", "fernhill", "--webhook", "https://example.com/in", "--secret", secret)

    assert result.status == 2
    assert "--secret" in one_line(result)


def test_a_good_secret_is_taken(run: Run, home: Database) -> None:
    with home.writing() as session:
        ensure_brand(session, "fernhill", now=FakeClock().now())
    home.dispose()
    result = run("brand", "connect", "fernhill", "--webhook", "https://example.com/in", "--secret", SECRET)

    assert (result.status, result.out) == (0, f"{SECRET}\n")


def test_a_queue_smaller_than_a_chunk_takes_what_fits(home: Database, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", queue_limit=4, llm_disabled=True)
    with home.writing() as session:
        ensure_brand(session, "fernhill", now=FakeClock().now())
    home.dispose()
    parts = build_parts(settings, encoder=FakeEncoder(), clock=FakeClock(), jobs=FakeJobQueue(), upgrade=False)

    assert len(take_all(parts, [message_in(1), message_in(2)])) == 2
    assert len(take_all(parts, [message_in(1), message_in(2), message_in(1)])) == 3
    parts.close()


def test_a_server_whose_worker_may_not_begin_says_so(run: Run, home: Database) -> None:
    first = Heartbeats(home, "0000-first", dead_after_seconds=15.0)
    done = threading.Event()

    def live() -> None:
        while not done.wait(0.1):
            first.beat()

    first.beat()
    thread = threading.Thread(target=live)
    thread.start()
    try:
        result = run("serve", "--with-worker", "--port", "0")
    finally:
        done.set()
        thread.join()
        home.dispose()

    assert result.status == 2
    assert "only one may" in result.err.splitlines()[-1]
    assert "Traceback" not in result.err


def lose_place() -> None:
    assert isinstance(ENGINE_PLACE.holder, JobRunner)
    ENGINE_PLACE.holder.lost_place.set()


def test_a_server_whose_worker_lost_its_place_ends(home: Database, tmp_path: Path) -> None:
    home.dispose()
    parts = build_parts(Settings(home=tmp_path / "home", llm_disabled=True), encoder=FakeEncoder())

    def lose() -> None:
        while ENGINE_PLACE.holder is None:
            time.sleep(0.05)
        time.sleep(0.5)
        lose_place()

    thread = threading.Thread(target=lose)
    thread.start()
    with pytest.raises(ReplyassistError, match=LOST_PLACE):
        run_server(parts, with_worker=True, host="127.0.0.1", port=0)
    thread.join()
    parts.close()


def test_what_is_done_beside_a_server_begins_when_it_answers_and_fails_alone(
    home: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.dispose()
    parts = build_parts(Settings(home=tmp_path / "home", llm_disabled=True), encoder=FakeEncoder())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    seen: list[int | bool] = []

    def beside(ends: Callable[[], bool]) -> None:
        seen.append(httpx2.get(f"http://127.0.0.1:{port}/healthz").status_code)
        thread = threading.Thread(target=stop, args=(ends,))
        thread.start()
        raise ReplyassistError("nothing has moved")

    def stop(ends: Callable[[], bool]) -> None:
        time.sleep(0.5)
        seen.append(ends())
        lose_place()

    with pytest.raises(ReplyassistError, match=LOST_PLACE):
        run_server(parts, with_worker=True, host="127.0.0.1", port=port, beside=beside)
    parts.close()

    assert seen == [200, False]
    assert "error: nothing has moved" in capsys.readouterr().err


def test_messages_are_taken_in_while_a_worker_that_crashed_still_counts_as_alive(
    home: Database, tmp_path: Path
) -> None:
    """The predecessor on SQLite was seen a moment ago and says nothing more; for a minute nobody knows."""
    Heartbeats(home, "0000-crashed", dead_after_seconds=60).beat()
    home.dispose()
    settings = Settings(home=tmp_path / "home", llm_disabled=True, worker_dead_after_seconds=60)
    world = World(Database(settings.resolved_database_url), FakeClock(), settings)
    world.prepare()
    headers = {"authorization": f"Bearer {world.token(world.service())}"}
    parts = build_parts(settings, encoder=FakeEncoder())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    seen: list[object] = []

    def beside(_ends: Callable[[], bool]) -> None:
        body = message_in(1).model_dump(mode="json")
        seen.append(httpx2.post(f"http://127.0.0.1:{port}/v1/messages", json=body, headers=headers).status_code)
        seen.append(Heartbeats(world.database, "test", dead_after_seconds=60).alive())
        lose_place()

    with pytest.raises(ReplyassistError, match=LOST_PLACE):
        run_server(parts, with_worker=True, host="127.0.0.1", port=port, beside=beside)
    parts.close()
    world.database.dispose()

    assert seen == [202, {"0000-crashed"}]
