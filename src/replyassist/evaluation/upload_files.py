"""Which files may be brought to be scored: how many, how large, of which kinds, and under which names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from replyassist.core.errors import InvalidInput, PayloadTooLarge
from replyassist.evaluation.case_files import TABLES

MAXIMUM_BYTES = 10 * 1024 * 1024
MOST_FILES = 1000
YAML = (".yaml", ".yml")
_ARCHIVES = (
    b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00", b"Rar!",
    b"\x28\xb5\x2f\xfd",
)  # fmt: skip
NO_ARCHIVES = "archives and workbooks are not read; unpack it, or save the sheet as CSV"


class UploadKind(StrEnum):
    """What a file holds."""

    CASES = "cases"
    TEMPLATES = "templates"


ACCEPTED = {UploadKind.CASES: (".jsonl", *TABLES), UploadKind.TEMPLATES: (".jsonl", ".json", *TABLES, *YAML)}


class UploadedFile(Protocol):
    """A file as it comes."""

    @property
    def filename(self) -> str | None:
        """What it was called."""
        ...

    @property
    def file(self) -> Any:
        """Where its bytes can be read."""
        ...


def checked_names(kind: UploadKind, files: Sequence[UploadedFile]) -> list[str]:
    """What the files are called, without folders; raise InvalidInput where they are none that are read."""
    names = [PurePosixPath((given.filename or "").replace("\\", "/")).name for given in files]
    names = [re.sub(r"[^\w .()-]", "_", name)[-120:].lstrip(".") for name in names]
    if not any(names):
        raise InvalidInput("choose a file first", field="files")
    if len(names) > MOST_FILES:
        raise InvalidInput(f"at most {MOST_FILES} files at once", field="files")
    accepted = ACCEPTED[kind]
    for name in names:
        if Path(name).suffix.lower() not in accepted:
            detail = f"expected {', '.join(accepted)}; {NO_ARCHIVES}"
            raise InvalidInput(detail, file=name, field="files")
    if len(set(names)) < len(names):
        raise InvalidInput("two files have the same name", field="files")
    if kind is UploadKind.TEMPLATES and len(names) > 1 and any(Path(name).suffix.lower() not in YAML for name in names):
        raise InvalidInput("several files can only be YAML, one for each template; else bring one file", field="files")
    return names


def require_readable(content: bytes, name: str, left: int) -> None:
    """Raise PayloadTooLarge where less than nothing is ``left`` of the room, and InvalidInput for an archive."""
    if left < 0:
        raise PayloadTooLarge(f"all files together have at most {MAXIMUM_BYTES // 1024 // 1024} MiB")
    if content.startswith(_ARCHIVES):
        raise InvalidInput(NO_ARCHIVES, file=name, field="files")
