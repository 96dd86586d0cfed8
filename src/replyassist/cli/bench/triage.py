"""``replyassist bench triage``: how well what a message is is read, and what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from replyassist.benchmarks import kinds
from replyassist.benchmarks.confusion_picture import confusion_svg
from replyassist.benchmarks.sentiment import read_rated, sentiment_figures
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import model_named
from replyassist.triage.reader import shipped_reader

from .printing import bench_data, print_result


def bench_triage(
    messages: Annotated[Path, typer.Option("--messages", help="The folder of the labelled messages.")] = Path(
        "eval/reading"
    ),
    encoder: Annotated[str, typer.Option("--encoder", help="minilm or mpnet; empty: the default.")] = "",
    tuning: Annotated[
        bool, typer.Option("--tuning", help="The writers that the reading was fitted to, instead of the others.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Draw which kinds are taken for which into this SVG file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What a message is, its risks and its tone, and what is made of them: swallowed questions, thanks for irony."""
    split: kinds.Split = "train" if tuning else "test"
    most = kinds.QUICK_MESSAGES if quick else None
    labelled = kinds.read_labelled(messages, split=split)[:most]
    reads = SentenceTransformerEncoder(model_named(encoder))
    result = kinds.measure_shipped(labelled, reads, digest=reads.model_digest)
    if picture is not None:
        title = f"Messages of {len({one.writer for one in labelled})} writers: what they are, and what they are read as"
        picture.write_text(confusion_svg(result["confusion"], title=title), encoding="utf-8")
    print_result({"split": split} | _sentiment(reads, most) | result, as_json=json)


def _sentiment(encoder: SentenceTransformerEncoder, most: int | None) -> dict[str, Any]:
    rated, ratings = read_rated(bench_data(), part="test")
    rated, ratings = rated[:most], ratings[:most]
    reader = shipped_reader()
    told = []
    for message, found in zip(rated, encoder.read([one.text for one in rated]), strict=True):
        assert found.depths is not None
        told.append(reader.read(message, found.depths, encoder=encoder.model_digest).sentiment or 0.0)
    return sentiment_figures(told, rated, ratings)
