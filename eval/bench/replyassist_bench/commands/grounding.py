"""``replyassist bench grounding``: faithful replies pass, replies that say something else are caught."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from replyassist.cli.common import progress
from replyassist.core.embedding import Encoder, SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist_bench import grounding

from .printing import bench_data, print_result


def bench_grounding(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Replies that people wrote from a fact, beside that fact, beside others, and altered; plain similarity too."""
    folder = bench_data()
    splits = {split: grounding.read_rows(folder, split=split) for split in ("test", "val")}
    encoder = grounding.RememberingEncoder(SentenceTransformerEncoder(CHECKS.name))
    pairs = {
        split: grounding.pairs_of(grounding.sample(rows, grounding.QUICK_ROWS) if quick else rows, among=rows)
        for split, rows in splits.items()
    }
    result = _run("test", pairs["test"], encoder=encoder, with_message=False)
    result |= {
        "reference_plain_similarity": grounding.reference(pairs["test"], encoder=encoder),
        "with_message": _run("test, with message", pairs["test"], encoder=encoder, with_message=True),
        "by_words_alone": _run("test, by words alone", pairs["test"], encoder=None, with_message=False),
        "val": _run("val", pairs["val"], encoder=encoder, with_message=False),
    }
    print_result(result, as_json=json)


def _run(name: str, pairs: list[grounding.Pair], *, encoder: Encoder | None, with_message: bool) -> dict[str, Any]:
    with progress() as bar:
        task = bar.add_task(name, total=len(pairs))
        return grounding.measure(
            pairs,
            encoder=encoder,
            with_message=with_message,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
