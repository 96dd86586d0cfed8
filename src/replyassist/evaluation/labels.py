"""What people say of drafts: ``send-ready``, ``needs-edit`` or ``not-usable``, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from replyassist.core.errors import InvalidInput
from replyassist.core.text_files import json_object, numbered_lines, read_text
from replyassist.guardrails import Verdict
from replyassist.review.failures import FailureKind


class Usability(StrEnum):
    """What a person could do with a draft."""

    SEND_READY = "send-ready"  # send it as it is
    NEEDS_EDIT = "needs-edit"  # send it after an edit that takes less time than writing anew
    NOT_USABLE = "not-usable"  # write anew: sent, it would mislead or do harm


STRICTNESS = (Usability.SEND_READY, Usability.NEEDS_EDIT, Usability.NOT_USABLE)
VERDICT_MEANS = {
    Verdict.READY: Usability.SEND_READY,
    Verdict.NEEDS_EDIT: Usability.NEEDS_EDIT,
    Verdict.BLOCKED: Usability.NOT_USABLE,
}
"""Which label each verdict of the checks claims."""


class Label(BaseModel, frozen=True, extra="forbid"):
    """One reader's judgement of one draft; ``draft`` is the exact text that they read."""

    case_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    draft: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    label: Usability
    failures: tuple[FailureKind, ...] = ()
    by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    note: Annotated[str, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _failures_fit_the_label(self) -> Self:
        if self.label is Usability.SEND_READY and self.failures:
            raise ValueError("a send-ready draft has no failures")
        if self.label is not Usability.SEND_READY and not self.failures:
            raise ValueError("a draft that is not send-ready says what is wrong with it, in 'failures'")
        return self


def load_labels(path: Path) -> tuple[Label, ...]:
    """Read a JSONL file, or every ``*.jsonl`` of a folder; raise InvalidInput with file, line and field.

    A reader may label one draft of a case once.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    labels: list[Label] = []
    known: set[tuple[str, str, str]] = set()
    for file in files:
        for number, label in _read(file):
            key = (label.case_id, label.by, label.draft)
            if key in known:
                detail = f"{label.by} labels this draft of '{label.case_id}' twice"
                raise InvalidInput(detail, file=str(file), line=number)
            known.add(key)
            labels.append(label)
    if not labels:
        raise InvalidInput("there is no label in it", file=str(path))
    return tuple(labels)


def majority(labels: Iterable[Usability]) -> Usability:
    """What most readers say; of equally many the stricter."""
    given = list(labels)
    return max(STRICTNESS, key=lambda label: (given.count(label), STRICTNESS.index(label)))


def _read(file: Path) -> Iterator[tuple[int, Label]]:
    for number, line in numbered_lines(read_text(file).text):
        yield number, _parse(line, file=str(file), number=number)


def _parse(line: str, *, file: str, number: int) -> Label:
    try:
        return Label.model_validate(json_object(line, file=file, number=number))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        raise InvalidInput(first["msg"], file=file, line=number, field=field) from error
