"""`replyassist messages import`, as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from replyassist.app import upgrade_database
from replyassist.brands.service import ensure_brand
from replyassist.cli.intake import MAX_PROBLEMS, MESSAGES_PER_TRANSACTION
from replyassist.core.database import Database
from replyassist.core.jobs import DbosJobQueue
from replyassist.core.resources import resource_folder
from replyassist.inbox.models import Author, Conversation, Message
from replyassist.inbox.service import draft_job
from replyassist.testing import FakeClock
from tests.cli.result import Result, Run
from tests.world import message_in

CLOCK = FakeClock()


@pytest.fixture
def run(typed: Run) -> Run:
    """Runs ``messages import``."""
    return lambda *arguments: typed("messages", "import", *arguments)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The database in that home, with two brands."""
    database = Database(f"sqlite:///{tmp_path / 'home' / 'replyassist.db'}")
    upgrade_database(database)
    with database.writing() as session:
        for brand_id in ("fernhill", "harbour"):
            ensure_brand(session, brand_id, now=CLOCK.now())
    yield database
    database.dispose()


def written(tmp_path: Path, *lines: Any) -> Path:
    """A file of these lines; what is not a text is written as JSON."""
    path = tmp_path / "messages.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8")
    return path


def whole(number: int = 1, **overrides: Any) -> dict[str, Any]:
    return message_in(number).model_dump(mode="json") | overrides


def stored(database: Database) -> list[Message]:
    with database.reading() as session:
        return list(session.exec(select(Message).order_by("id")))


class TestBadInput:
    """All of it is found before a database is opened."""

    def problems(self, result: Result, tmp_path: Path) -> list[str]:
        assert (result.status, result.out) == (2, "")
        assert not (tmp_path / "home").exists()
        assert "Traceback" not in result.err
        return result.err.splitlines()

    @pytest.mark.parametrize("name", ["nothing.jsonl", "."])
    def test_a_file_that_is_not_there(self, run: Run, tmp_path: Path, name: str) -> None:
        assert self.problems(run(tmp_path / name), tmp_path) == [f"error: {tmp_path / name}: there is no such file"]

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ("{not json", "not JSON"),
            ('{"text": "a"} {"text": "b"}', "not JSON"),
            ("[" * 100_000, "not JSON"),
            ("[1]", "expected one JSON object"),
            ('"text"', "expected one JSON object"),
            ("null", "expected one JSON object"),
        ],
    )
    def test_a_line_that_is_no_json_object(self, run: Run, tmp_path: Path, line: str, complaint: str) -> None:
        path = written(tmp_path, "", line)
        first, last = self.problems(run(path, "--json"), tmp_path)

        assert first.startswith(f"error: {path}:2: {complaint}")
        assert last == "error: nothing was taken in"

    @pytest.mark.parametrize(
        ("overrides", "field"),
        [
            ({"text": ""}, "text"),
            ({"text": " \n"}, "text"),
            ({"text": 5}, "text"),
            ({"text": "x" * 10_001}, "text"),
            ({"text": "half \ud83d"}, "text"),
            ({"txt": "a typo"}, "txt"),
            ({"posted_at": "2026-11-22T09:30:00"}, "posted_at"),
            ({"author": {"handle": "nobody"}}, "author.external_id"),
            ({"conversation": {"external_id": "x", "visibility": "secret"}}, "conversation.visibility"),
            ({"brand": "Not A Slug"}, "brand"),
            ({"metadata": []}, "metadata"),
        ],
    )
    def test_a_wrong_field_is_named_with_its_line(
        self, run: Run, tmp_path: Path, overrides: dict[str, Any], field: str
    ) -> None:
        path = written(tmp_path, whole(2, **overrides))
        first, _ = self.problems(run(path), tmp_path)

        assert first.startswith(f"error: {path}:1, field '{field}': ")

    def test_a_line_without_a_text(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path, {"author": {"external_id": "1"}})

        assert f"{path}:1, field 'text'" in self.problems(run(path, "--brand", "fernhill"), tmp_path)[0]

    def test_a_line_without_a_brand_and_none_given(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path, {"text": "hello"})

        assert f"{path}:1, field 'brand'" in self.problems(run(path), tmp_path)[0]

    def test_a_line_of_another_brand_than_the_one_given(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path, whole(2, brand="harbour"), whole(3, brand=7))
        problems = self.problems(run(path, "--brand", "fernhill"), tmp_path)

        assert problems[0] == f"error: {path}:1, field 'brand': is 'harbour', not 'fernhill'"
        assert problems[1] == f"error: {path}:2, field 'brand': is '7', not 'fernhill'"

    def test_every_bad_line_is_named_up_to_a_limit(self, run: Run, tmp_path: Path) -> None:
        problems = self.problems(run(written(tmp_path, *["bad"] * 30)), tmp_path)

        assert len(problems) == MAX_PROBLEMS + 2
        assert f":{MAX_PROBLEMS}: not JSON" in problems[MAX_PROBLEMS - 1]
        assert problems[-2:] == ["error: and 10 more lines", "error: nothing was taken in"]

    @pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
    def test_a_file_without_messages(self, run: Run, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "messages.jsonl"
        path.write_bytes(content)

        assert self.problems(run(path), tmp_path) == [f"error: {path}: holds no messages"]

    def test_a_file_that_is_not_utf8(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "messages.jsonl"
        path.write_bytes('{"text": "Grüße"}'.encode("latin-1"))

        assert self.problems(run(path, "--brand", "fernhill"), tmp_path)[0].startswith(f"error: {path}: not UTF-8")


class TestImport:
    def test_messages_and_their_jobs_are_on_disk(self, run: Run, database: Database, tmp_path: Path) -> None:
        result = run(written(tmp_path, *(whole(number) for number in range(3))))

        assert (result.status, result.out) == (0, "")
        assert "3 messages are on disk" in result.err
        messages = stored(database)
        assert [message.external_id for message in messages] == ["m-0", "m-1", "m-2"]
        queue = DbosJobQueue(database.url)
        assert all(queue.live_keys([draft_job(message.id or 0, 0).key]) for message in messages)
        queue.close()

    def test_json_is_exactly_one_document(self, run: Run, database: Database, tmp_path: Path) -> None:
        result = run(written(tmp_path, whole(1), whole(2)), "--json")

        assert (result.status, result.document) == (0, {"messages": 2, "queued": None})

    def test_the_same_file_again_changes_nothing(self, run: Run, database: Database, tmp_path: Path) -> None:
        path = written(tmp_path, whole(), {"text": "a line with little", "brand": "fernhill"})
        for _ in range(2):
            assert run(path).status == 0

        assert len(stored(database)) == 2

    def test_a_minimal_line_is_filled_in(self, run: Run, database: Database, tmp_path: Path) -> None:
        path = written(tmp_path, {"text": "hello"}, "", {"text": "hello"}, {"text": "bye", "channel": "tiktok"})
        assert run(path, "--brand", "fernhill").status == 0

        messages = stored(database)
        assert [(message.text, message.channel) for message in messages] == [
            ("hello", "import"),
            ("hello", "import"),
            ("bye", "tiktok"),
        ]
        assert {message.brand_id for message in messages} == {"fernhill"}
        assert len({message.external_id for message in messages}) == 3
        with database.reading() as session:
            assert {author.external_id for author in session.exec(select(Author))} == {"unknown"}
            assert len(session.exec(select(Conversation)).all()) == 3, "strangers do not share a conversation"

    def test_what_platforms_report_passes_through(self, run: Run, database: Database, tmp_path: Path) -> None:
        image = {"kind": "image", "url": "https://cdn.example/1.jpg", "alt_text": None}
        path = written(tmp_path, {"attachments": [image], "in_reply_to": 7}, {"text": "Yes!", "direction": "out"})
        assert run(path, "--brand", "fernhill").status == 0

        first, second = stored(database)
        assert (first.text, first.attachments, first.in_reply_to, first.status) == ("", [image], "7", "received")
        assert (second.direction, second.status) == ("out", "kept")

    def test_a_line_keeps_its_own_brand(self, run: Run, database: Database, tmp_path: Path) -> None:
        assert run(written(tmp_path, whole(1), whole(2, brand="harbour"))).status == 0

        assert [message.brand_id for message in stored(database)] == ["fernhill", "harbour"]

    def test_a_byte_order_mark_is_no_trouble(self, run: Run, database: Database, tmp_path: Path) -> None:
        path = written(tmp_path, whole())
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

        assert run(path).status == 0
        assert len(stored(database)) == 1

    def test_an_unknown_brand_is_wrong_use_and_nothing_is_taken_in(
        self, run: Run, database: Database, tmp_path: Path
    ) -> None:
        many = [whole(number) for number in range(MESSAGES_PER_TRANSACTION + 1)]
        result = run(written(tmp_path, *many, whole(999, brand="nobody")), "--json")

        assert (result.status, result.out) == (2, "")
        assert result.err == "error: there is no brand 'nobody'\n"
        assert stored(database) == []

    def test_a_bad_line_is_told_and_the_rest_goes_in(self, run: Run, database: Database, tmp_path: Path) -> None:
        path = written(tmp_path, whole(1), whole(2, text=""), "not json", whole(3))
        result = run(path, "--json")

        assert result.status == 1
        assert [message.external_id for message in stored(database)] == ["m-1", "m-3"]
        assert f"refused: {path}:2, field 'text'" in result.err
        assert (result.document["messages"], len(result.document["refused"])) == (2, 2)

    def test_a_line_on_top_leaves_the_keys_of_the_others(self, run: Run, database: Database, tmp_path: Path) -> None:
        lines = [{"text": "hello"}, {"text": "bye"}, {"text": "hello"}]
        assert run(written(tmp_path, *lines), "--brand", "fernhill").status == 0
        before = {message.external_id for message in stored(database)}
        assert run(written(tmp_path, {"text": "new"}, *lines), "--brand", "fernhill").status == 0

        assert len(before) == 3
        assert [message.text for message in stored(database) if message.external_id not in before] == ["new"]


@pytest.mark.encoder
def test_with_wait_every_message_is_in_the_queue_when_it_ends(typed: Run, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"text": "do you ship to Norway?", "author": {"external_id": "1", "name": "Tom"}},
        {"text": "my solicitor will write to you"},
        {"text": "dm us to promote your page"},
    )
    assert typed("faq", "import", resource_folder("faq") / "fernhill", "--brand", "fernhill").status == 0
    command = ["messages", "import", str(path), "--brand", "fernhill", "--wait", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", "from replyassist.cli import main; main()", *command],
        env=os.environ | {"PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    summary, items = json.loads(done.stdout), typed("queue", "list", "--json").document

    assert (summary["messages"], summary["queued"]) == (3, 3)
    assert summary["routes"] == {"draft": 1, "escalate": 1, "no_reply": 1}
    assert [item["message"] for item in items] == [
        "my solicitor will write to you",
        "do you ship to Norway?",
        "dm us to promote your page",
    ]
    drafted = items[1]
    assert drafted["templates"][0]["template_id"] == "shipping-abroad"
    assert "Tom" in drafted["draft"]
    assert (drafted["verdict"], drafted["status"]) == ("ready", "pending")
