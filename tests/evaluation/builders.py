"""Builders for tests of the evaluation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from replyassist.evaluation.dataset import Case

REPLY = "We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."


def case(number: int = 1, *, expected: dict[str, Any] | None = None, **overrides: Any) -> Case:
    """A case that the shipping template answers."""
    return Case.model_validate(record(number, expected=expected, **overrides))


def record(number: int = 1, *, expected: dict[str, Any] | None = None, **overrides: Any) -> dict[str, Any]:
    """The same as a line of a file."""
    fields: dict[str, Any] = {"id": f"c{number}", "text": "do you ship to Norway??", "author_name": "Tom"}
    return fields | overrides | {"expected": {"template_id": "shipping-abroad"} | (expected or {})}


def write_cases(path: Path, *records: dict[str, Any]) -> Path:
    """A JSONL file of these."""
    path.write_text("".join(json.dumps(item) + "\n" for item in records), encoding="utf-8")
    return path
