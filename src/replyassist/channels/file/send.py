"""The file channel: one JSON line for each reply, for the demo and for people who paste by hand."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

from replyassist.core.errors import DeliveryNotMade

from ..account import Check, Tested
from ..outgoing import OutgoingReply
from ..port import Platform
from . import TRAITS


class FileChannel(Platform):
    """Appends to ``<folder>/<brand>.jsonl`` under a lock, and is sure that the line is on disk."""

    traits = TRAITS

    def __init__(self, folder: Path, brand_id: str) -> None:
        self._path = folder / f"{brand_id}.jsonl"

    def test(self) -> Tested:
        """Whether the folder can be written to."""
        folder = next(each for each in self._path.parents if each.exists())
        return Tested((Check("folder", os.access(folder, os.W_OK), f"replies are lines of {self._path.name}"),))

    def find(self, reply: OutgoingReply) -> str | None:
        """The place of a line with the reply's key, or None."""
        key = reply.key
        if not self._path.exists():
            return None
        with self._path.open(encoding="utf-8", errors="replace") as file:  # a torn line may end in half a character
            for number, line in enumerate(file, start=1):
                if key in line and _key_of(line) == key:
                    return f"{self._path.name}:{number}"
        return None

    def send(self, reply: OutgoingReply) -> str:
        """Append one line and return its place; raise DeliveryNotMade when the disk does not take it."""
        line = json.dumps(reply.document | {"approved_at": str(reply.approved_at)}, ensure_ascii=False) + "\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: what a full disk did not take would be written after all when the file is closed.
            with self._path.open("a+b", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                end = file.seek(0, os.SEEK_END)
                try:
                    _write(file.fileno(), _mend_torn_line(file.fileno(), end) + line.encode())
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), end)
                    raise
        except OSError as error:
            raise DeliveryNotMade(f"the file {self._path.name} cannot be written: {error.strerror}") from error
        return f"{self._path.name}@{end}"


def _write(descriptor: int, line: bytes) -> None:
    while line:
        line = line[os.write(descriptor, line) :]


def _mend_torn_line(descriptor: int, end: int) -> bytes:
    """A newline when the last writer died in the middle of its line, so that ours stands alone."""
    return b"\n" if end > 0 and os.pread(descriptor, 1, end - 1) != b"\n" else b""


def _key_of(line: str) -> str | None:
    try:
        key = json.loads(line)["key"]
    except (ValueError, KeyError, TypeError):
        return None
    return str(key)
