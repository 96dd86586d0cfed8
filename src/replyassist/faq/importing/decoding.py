"""A file's bytes as text, whichever program wrote them."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from .collector import Collector

MAXIMUM_BYTES = 64 * 1024 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def read_text(path: Path, collector: Collector) -> str | None:
    """The file as text without a byte-order mark; None when it cannot be read, is too large, empty or in no encoding
    that programs export in (UTF-8, UTF-16, Windows-1252)."""
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        collector.unreadable(f"cannot be read: {error.strerror or error}", str(path))
        return None
    if len(content) > MAXIMUM_BYTES:
        collector.unreadable(f"larger than {MAXIMUM_BYTES // 1024 // 1024} MiB", str(path))
        return None
    text = _decoded(content, path, collector)
    if text is not None and not text.strip():
        collector.unreadable("is empty", str(path))
        return None
    return text


def _decoded(content: bytes, path: Path, collector: Collector) -> str | None:
    encoding = _utf_16(content)
    try:
        if encoding is None:
            return content.decode("utf-8-sig")
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        where = error.start
    else:
        collector.note(f"{path}: read as UTF-16")
        return text
    if encoding is None and not _MULTIBYTE.search(content) and b"\x00" not in content:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            pass
        else:
            collector.note(f"{path}: not UTF-8; read as Windows-1252")
            return text
    line = content[:where].count(b"\n") + 1
    collector.unreadable("not UTF-8; save the file with the encoding UTF-8", str(path), line)
    return None


def _utf_16(content: bytes) -> str | None:
    """UTF-16 by its mark, or by the zeros that it has between plain letters."""
    if content.startswith(_UTF_16):
        return "utf-16"
    zeros = content[:200].count(b"\x00")
    if len(content) < 4 or zeros < len(content[:200]) // 4:
        return None
    return "utf-16-le" if content[1] == 0 else "utf-16-be"
