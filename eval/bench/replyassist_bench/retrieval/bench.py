"""What every part of the benchmark shares: where data is read, texts are encoded and progress is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from replyassist.core.embedding import Encoder

from .data import Task

SEEDS = range(5)
QUICK_MESSAGES = 100
QUICK_CLASSES = 20
QUICK_EXAMPLES = 30
WHERE: dict[str, Any] = {"channel": "import", "visibility": "public", "day": date(2026, 11, 22)}
Progress = Callable[[str, int, int], None]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """Where data is read and texts are encoded. ``quick``: one draw, few messages and few intents.

    ``encoder`` may keep what it has encoded; ``bare_encoder`` may not, for it is timed. ``model``, a name or a path, is
    what both are made of, for processes of their own; empty: MiniLM.
    """

    folder: Path
    encoder: Encoder
    bare_encoder: Encoder
    quick: bool
    progress: Progress
    model: str = ""

    @property
    def seeds(self) -> Sequence[int]:
        """The draws of examples."""
        return SEEDS[:1] if self.quick else SEEDS


def shortened(bench: Bench, task: Task) -> Task:
    """The task itself; in the quick form a small part of it."""
    if not bench.quick:
        return task
    kept = task.templates[:QUICK_CLASSES]
    kept = tuple(template.model_copy(update={"questions": template.questions[:QUICK_EXAMPLES]}) for template in kept)
    ids = {template.id for template in kept}
    inside = [message for message in task.messages if message[1] in ids][::3][:QUICK_MESSAGES]
    outside = [message for message in task.messages if message[1] is None][:QUICK_MESSAGES]
    return Task(kept, (*inside, *outside), task.also)
