"""The name of a template's YAML file: its id, made safe for every file system."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from replyassist.core.digests import text_digest

YAML_SUFFIXES = (".yaml", ".yml")
_UNSAFE = re.compile(r"[^\w .,@+=-]|^\.")
LONGEST_STEM = 200  # bytes; file systems allow 255, and a suffix and a temporary name must fit too


def file_stem(template_id: str) -> str:
    """The file name without suffix: the id itself where it is safe, else percent-encoded, and cut with a digest."""
    stem = _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode()), template_id)
    encoded = stem.encode()
    if len(encoded) <= LONGEST_STEM:
        return stem
    return encoded[:150].decode(errors="ignore") + "~" + text_digest(template_id)[:16]


def is_named_after(path: Path, template_id: str) -> bool:
    """Whether this file may hold the template with this id."""
    return unicodedata.normalize("NFC", path.stem) == unicodedata.normalize("NFC", file_stem(template_id))
