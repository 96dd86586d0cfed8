"""``replyassist bench triage``: how well what a message is is read, and what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from replyassist.benchmarks import kinds
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS

from .printing import print_result


def bench_triage(
    messages: Annotated[Path, typer.Option("--messages", help="The folder of the labelled messages.")] = Path(
        "eval/reading"
    ),
    tuning: Annotated[
        bool, typer.Option("--tuning", help="The writers that the reading was fitted to, instead of the others.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What kind a message is, and what is made of it: swallowed questions, undoubted own cases, thanks for irony."""
    split: kinds.Split = "train" if tuning else "test"
    labelled = kinds.read_labelled(messages, split=split)[: kinds.QUICK_MESSAGES if quick else None]
    result = kinds.measure_shipped(labelled, SentenceTransformerEncoder(CHECKS.name))
    print_result({"split": split} | result, as_json=json)
