"""``replyassist bench triage``: how well what a message is is read, and what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from replyassist.benchmarks import kinds, questions
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.evaluation.record import load_run

from .printing import print_result


def bench_triage(
    messages: Annotated[Path, typer.Option("--messages", help="The folder of the labelled messages.")] = Path(
        "eval/reading"
    ),
    tuning: Annotated[
        bool, typer.Option("--tuning", help="The writers that the reading was fitted to, instead of the others.")
    ] = False,
    run: Annotated[
        Path | None, typer.Option("--run", help="A kept run of eval run: does each ready draft see all questions?")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What kind a message is and what it asks, and what is made of it: swallowed questions, thanks for irony."""
    split: kinds.Split = "train" if tuning else "test"
    labelled = kinds.read_labelled(messages, split=split)[: kinds.QUICK_MESSAGES if quick else None]
    encoder = SentenceTransformerEncoder(CHECKS.name)
    asked = questions.measure_shipped(labelled, encoder)
    if run is not None:
        asked |= questions.seen_in_ready(load_run(run))
    result = kinds.measure_shipped(labelled, encoder) | {"questions": asked}
    print_result({"split": split} | result, as_json=json)
