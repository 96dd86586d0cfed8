"""``replyassist bench triage``: how well what a message is is read, and whether the reply to it answers."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from replyassist.chat_models import reranker_of
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS, model_named
from replyassist.core.settings import Settings
from replyassist.evaluation.record import load_run
from replyassist.triage.reader import shipped_reader
from replyassist_bench import kinds, near_misses, questions
from replyassist_bench.confusion_picture import confusion_svg
from replyassist_bench.sentiment import read_rated, sentiment_figures

from .printing import bench_data, print_result


def bench_triage(
    messages: Annotated[Path, typer.Option("--messages", help="The folder of the labelled messages.")] = Path(
        "eval/reading"
    ),
    pairs_of: Annotated[
        Path,
        typer.Option("--near-misses", help="The folder of questions that their template may not answer."),
    ] = Path("eval/near_misses"),
    encoder: Annotated[str, typer.Option("--encoder", help="minilm or mpnet; empty: the one that is set.")] = "",
    tuning: Annotated[
        bool, typer.Option("--tuning", help="The writers that the reading was fitted to, instead of the others.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run, with minilm.")] = False,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Draw which kinds are taken for which into this SVG file.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option("--run", help="A kept run of eval run: does each ready draft see all questions?")
    ] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What a message is, its risks and its tone, and what is made of them: swallowed questions, thanks for irony.

    Then: how many drafts for questions that their template does not answer are called ready, and how well the things
    that a message asks are told apart.
    """
    split: kinds.Split = "train" if tuning else "test"
    most = kinds.QUICK_MESSAGES if quick else None
    labelled = kinds.read_labelled(messages, split=split)[:most]
    pairs = near_misses.read_pairs(pairs_of, split=split)[: near_misses.QUICK_PAIRS if quick else None]
    settings, checks = Settings(), SentenceTransformerEncoder(CHECKS.name)
    finder = model_named(CHECKS.name if quick else encoder or settings.encoder_model)
    reads = checks if finder == CHECKS.name else SentenceTransformerEncoder(finder)
    result = kinds.measure_shipped(labelled, reads, digest=reads.model_digest)
    if picture is not None:
        title = f"Messages of {len({one.writer for one in labelled})} writers: what they are, and what they are read as"
        picture.write_text(confusion_svg(result["confusion"], title=title), encoding="utf-8")
    with ExitStack() as closing:
        answers = near_misses.measure_near_misses(
            pairs,
            pairs_of,
            templates=reads,
            checks=checks,
            threshold=settings.abstain_threshold,
            reranker=reranker_of(settings, closing),
        )
    result |= answers | {"questions": _asked(labelled, checks, run)}
    print_result({"split": split, "encoder": finder} | _sentiment(reads, most) | result, as_json=json)


def _asked(labelled: list[kinds.Labelled], checks: SentenceTransformerEncoder, run: Path | None) -> dict[str, Any]:
    told = questions.measure_shipped(labelled, checks)
    return told if run is None else told | questions.seen_in_ready(load_run(run))


def _sentiment(encoder: SentenceTransformerEncoder, most: int | None) -> dict[str, Any]:
    rated, ratings = read_rated(bench_data(), part="test")
    rated, ratings = rated[:most], ratings[:most]
    reader = shipped_reader()
    told = []
    for message, found in zip(rated, encoder.read([one.text for one in rated]), strict=True):
        assert found.depths is not None
        told.append(reader.read(message, found.depths, encoder=encoder.model_digest).sentiment or 0.0)
    return sentiment_figures(told, rated, ratings)
