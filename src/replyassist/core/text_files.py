"""Text files as other programs write them: the encodings they use, numbered lines, and one JSON object a line."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import InvalidInput

MAXIMUM_BYTES = 64 * 1024 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


@dataclass(frozen=True)
class FileText:
    """The text of a file without a byte-order mark; ``notes`` tell in which encoding it was read, if not in UTF-8."""

    text: str
    notes: tuple[str, ...] = ()


def read_text(path: Path) -> FileText:
    """Read a file in an encoding that programs export in: UTF-8, UTF-16, Windows-1252 where nothing looks like UTF-8.

    Raise InvalidInput where the file cannot be read, is too large or empty, and with the line where it is in none of
    them, or in two.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror or error}", file=str(path)) from error
    if len(content) > MAXIMUM_BYTES:
        raise InvalidInput(f"larger than {MAXIMUM_BYTES // 1024 // 1024} MiB", file=str(path))
    read = _decoded(content, path)
    if not read.text.strip():
        raise InvalidInput("is empty", file=str(path))
    return read


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with something in them, each with its number in the file."""
    return ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def json_object(line: str, *, file: str, number: int) -> dict[str, Any]:
    """The object of one line of JSON Lines; raise InvalidInput with file and line where it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        detail = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise InvalidInput(f"not valid JSON: {detail}", file=file, line=number) from error
    if not isinstance(found, dict):
        raise InvalidInput("expected a JSON object", file=file, line=number)
    return found


def _decoded(content: bytes, path: Path) -> FileText:
    encoding = _utf_16(content)
    try:
        if encoding is None:
            return FileText(content.decode("utf-8-sig"))
        return FileText(content.decode(encoding).removeprefix("\ufeff"), (f"{path}: read as UTF-16",))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    if encoding is None and not _MULTIBYTE.search(content) and b"\x00" not in content:
        try:
            note = f"{path}: not UTF-8; was read as Windows-1252; look at its accents"
            return FileText(content.decode("cp1252"), (note,))
        except UnicodeDecodeError:
            pass
    raise InvalidInput("not UTF-8; save the file with the encoding UTF-8", file=str(path), line=line)


def _utf_16(content: bytes) -> str | None:
    """UTF-16 by its mark, or by the zeros that it has between plain letters."""
    if content.startswith(_UTF_16):
        return "utf-16"
    zeros = content[:200].count(b"\x00")
    if len(content) < 4 or zeros < len(content[:200]) // 4:
        return None
    return "utf-16-le" if content[1] == 0 else "utf-16-be"
