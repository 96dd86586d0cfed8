"""``replyassist bench triage``: how well what a message is is read, and whether the reply to it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from replyassist.benchmarks import kinds, near_misses
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS, model_named
from replyassist.core.settings import Settings

from .printing import print_result


def bench_triage(
    messages: Annotated[Path, typer.Option("--messages", help="The folder of the labelled messages.")] = Path(
        "eval/reading"
    ),
    questions: Annotated[
        Path,
        typer.Option("--near-misses", help="The folder of questions that their template may not answer."),
    ] = Path("eval/near_misses"),
    tuning: Annotated[
        bool, typer.Option("--tuning", help="The writers that the reading was fitted to, instead of the others.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What kind a message is, and what is made of it: swallowed questions, undoubted own cases, thanks for irony.

    Then: how many drafts for questions that their template does not answer are called ready.
    """
    split: kinds.Split = "train" if tuning else "test"
    labelled = kinds.read_labelled(messages, split=split)[: kinds.QUICK_MESSAGES if quick else None]
    pairs = near_misses.read_pairs(questions, split=split)[: near_misses.QUICK_PAIRS if quick else None]
    settings, checks = Settings(), SentenceTransformerEncoder(CHECKS.name)
    finder = model_named(CHECKS.name if quick else settings.encoder_model)
    asked = near_misses.measure_near_misses(
        pairs,
        questions,
        templates=checks if finder == CHECKS.name else SentenceTransformerEncoder(finder),
        checks=checks,
        threshold=settings.abstain_threshold,
    )
    result = kinds.measure_shipped(labelled, checks) | asked | {"near_misses_encoder": finder}
    print_result({"split": split} | result, as_json=json)
