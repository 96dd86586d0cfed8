"""What the benchmark asks of each system, and what each system must be able to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from encoder import Encoder, Vector

Ranked = list[tuple[str, float]]  # template ids with their scores, the best first


@dataclass(frozen=True)
class Document:
    """One example text of a template, as every system but ours gets it."""

    template_id: str
    text: str


@dataclass(frozen=True)
class Task:
    """Templates, their texts as documents, and messages. Which template is right stays with the benchmark.

    ``documents_found``: how many documents a system is to look up before grouping them by template. ``folder``: where
    temporary files may go.
    """

    templates: list[dict[str, Any]]
    documents: list[Document]
    messages: list[str]
    documents_found: int
    folder: Path

    @classmethod
    def read(cls, path: Path) -> Self:
        """The task of a JSON file."""
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            templates=found["templates"],
            documents=[Document(template_id, text) for template_id, text in found["documents"]],
            messages=found["messages"],
            documents_found=found["documents_found"],
            folder=path.parent,
        )


class System(Protocol):
    """A way to find the templates that answer a message."""

    packages: Sequence[str]
    """Distributions whose versions the report names."""

    @classmethod
    def build(cls, task: Task, encoder: Encoder) -> Self:
        """Index the task's texts."""
        ...

    def save(self, folder: Path) -> None:
        """Keep the index by the system's own means."""
        ...

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> Self:
        """What ``save`` has kept."""
        ...

    def search(self, text: str, *, documents: int) -> Ranked:
        """Templates for a message; the system calls the encoder itself."""
        ...

    def search_vector(self, vector: Vector, text: str, *, documents: int) -> Ranked | None:
        """The same for a message that is already encoded; None where the system has no such call."""
        ...


def best_per_template(found: Iterable[tuple[str, float]]) -> Ranked:
    """Documents, the best first, as templates: each stands where its best document stands."""
    best: dict[str, float] = {}
    for template_id, score in found:
        best.setdefault(template_id, score)
    return list(best.items())
