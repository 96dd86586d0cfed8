"""``replyassist bench free-text``: false drafts of models are caught, faithful ones pass."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, TaskID

from replyassist.app import entailment_of
from replyassist.cli.common import progress, settings
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist_bench import free_text
from replyassist_bench.grounding import RememberingEncoder

from .printing import print_result


def bench_free_text(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
    drafts: Annotated[Path, typer.Option("--drafts", help="The folder of the labelled drafts.")] = Path(
        "eval/free_text"
    ),
) -> None:
    """Drafts that models wrote, labelled sentence by sentence: what the checks catch, and each rule's part in it."""
    encoder = RememberingEncoder(SentenceTransformerEncoder(CHECKS.name))
    entailment = entailment_of(settings())
    result: dict[str, Any] = {"entailment_model": entailment.name} if entailment is not None else {}
    with progress() as bar:
        for split in ("dev", "test"):
            of_split = free_text.read_drafts(drafts, split=split)[: free_text.QUICK_DRAFTS if quick else None]
            task = bar.add_task(split, total=len(of_split))
            result[split] = free_text.measure(
                of_split,
                encoder=encoder,
                entailment=entailment,
                progress=partial(_show, bar, task),
            )
    print_result(result, as_json=json)


def _show(bar: Progress, task: TaskID, done: int, total: int) -> None:
    bar.update(task, completed=done, total=total)
