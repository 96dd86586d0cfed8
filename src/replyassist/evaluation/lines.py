"""The lines of JSONL files that people edit: where each stands, so that an error can name it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from replyassist.core.errors import InvalidInput


def numbered_lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines with something in them, each with its number; raise InvalidInput where the file cannot be read."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InvalidInput(f"cannot be read: {reason}", file=str(file)) from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line
