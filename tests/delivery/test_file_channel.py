from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from replyassist.channels import Repeat
from replyassist.channels.file.send import FileChannel
from replyassist.core.errors import DeliveryNotMade
from tests.delivery.replies import reply

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys
from pathlib import Path
from replyassist.channels.file.send import FileChannel
from tests.delivery.replies import reply

channel = FileChannel(Path(sys.argv[1]), "fernhill")
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    channel.send(reply(f"{sys.argv[2]}-{number}", text="é" * 3000))
"""


class TestFile:
    @pytest.fixture
    def channel(self, tmp_path: Path) -> FileChannel:
        return FileChannel(tmp_path / "outbox", "fernhill")

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "outbox" / "fernhill.jsonl"

    def test_a_reply_is_one_line_of_json(self, channel: FileChannel, path: Path) -> None:
        place = channel.send(reply(text='Two\nlines, "quotes" and ☕'))

        assert place == "fernhill.jsonl@0"
        (line,) = path.read_text(encoding="utf-8").splitlines()
        assert json.loads(line) == reply(text='Two\nlines, "quotes" and ☕').document | {
            "approved_at": "2026-11-22 12:00:00+00:00"
        }

    def test_what_was_sent_is_found_again(self, channel: FileChannel) -> None:
        for key in ("one", "two", "three"):
            channel.send(reply(key))

        assert channel.traits.repeat is Repeat.OWN_ID
        assert [channel.find(reply(key)) for key in ("one", "two", "three", "four")] == [
            "fernhill.jsonl:1",
            "fernhill.jsonl:2",
            "fernhill.jsonl:3",
            None,
        ]

    def test_a_key_that_only_stands_in_a_text_is_not_found(self, channel: FileChannel, path: Path) -> None:
        assert channel.find(reply("two")) is None, "there is no file yet"
        channel.send(reply("one", text='"key": "two"', in_reply_to="two"))
        with path.open("a", encoding="utf-8") as file:
            file.write('two\n["two"]\n{"no-key": "two"}\nnull\n')

        assert channel.find(reply("two")) is None

    @pytest.mark.parametrize(
        "torn", [b'{"key": "torn", "te', '{"key": "torn", "text": "é'.encode()[:-1], b"\x00" * 100]
    )
    def test_a_line_that_a_dying_process_left_torn_stands_alone(
        self, channel: FileChannel, path: Path, torn: bytes
    ) -> None:
        channel.send(reply("one"))
        with path.open("ab") as file:
            file.write(torn)
        assert channel.find(reply("torn")) is None, "it was not sent whole"
        channel.send(reply("two"))

        lines = path.read_bytes().split(b"\n")
        assert [json.loads(lines[number])["key"] for number in (0, 2)] == ["one", "two"]
        assert (lines[1], lines[3]) == (torn, b"")
        assert channel.find(reply("two")) == "fernhill.jsonl:3"

    def test_processes_that_write_at_once_leave_whole_lines(self, channel: FileChannel, path: Path) -> None:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(path.parent), str(number), "50"], text=True, cwd=ROOT, **pipes
            )
            for number in range(4)
        ]
        assert all(writer.stdout.readline() == "ready\n" for writer in writers if writer.stdout)
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        for writer in writers:
            writer.communicate(timeout=60)
        assert [writer.returncode for writer in writers] == [0] * 4

        written = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert {line["key"] for line in written} == {f"{number}-{count}" for number in range(4) for count in range(50)}
        assert len(written) == 200
        assert {line["text"] for line in written} == {"é" * 3000}

    def test_a_full_disk_is_surely_not_sent(self, channel: FileChannel, path: Path) -> None:
        path.parent.mkdir()
        path.symlink_to("/dev/full")

        with pytest.raises(DeliveryNotMade, match="cannot be written"):
            channel.send(reply())

    @pytest.mark.parametrize("length", [10, 5_000, 100_000])
    def test_a_disk_that_fills_up_in_the_middle_leaves_the_file_as_it_was(
        self, channel: FileChannel, path: Path, length: int
    ) -> None:
        channel.send(reply("one"))
        before = path.read_bytes()
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 200, limits[1]))
        try:
            with pytest.raises(DeliveryNotMade, match="cannot be written"):
                channel.send(reply("two", text="x" * length))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

        assert path.read_bytes() == before
        channel.send(reply("two"))
        assert channel.find(reply("two")) == "fernhill.jsonl:2"

    def test_a_folder_that_cannot_be_made_is_surely_not_sent(self, tmp_path: Path) -> None:
        (tmp_path / "outbox").write_text("a file stands in the way")

        with pytest.raises(DeliveryNotMade, match="cannot be written"):
            FileChannel(tmp_path / "outbox", "fernhill").send(reply())

    def test_brands_have_files_of_their_own(self, tmp_path: Path) -> None:
        for brand in ("fernhill", "harbour"):
            FileChannel(tmp_path, brand).send(reply(brand))

        assert sorted(path.name for path in tmp_path.iterdir()) == ["fernhill.jsonl", "harbour.jsonl"]
        assert FileChannel(tmp_path, "harbour").find(reply("fernhill")) is None
