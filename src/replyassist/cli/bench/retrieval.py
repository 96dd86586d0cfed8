"""``replyassist bench retrieval``: the right template found, and sureness that means something."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from replyassist.benchmarks import retrieval
from replyassist.core.embedding import CachedEncoder, SentenceTransformerEncoder

from ..common import progress, settings
from .printing import bench_data, print_result

VECTORS = "bench-embeddings"


def bench_retrieval(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Public intents as templates with few, many and no examples, beside plain nearest neighbour."""
    configured = settings()
    encoder = SentenceTransformerEncoder(configured.encoder_model)
    with progress() as bar:
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        result = retrieval.measure(
            retrieval.Bench(
                folder=bench_data(),
                encoder=CachedEncoder(encoder, configured.home / VECTORS),
                bare_encoder=encoder,
                quick=quick,
                progress=show,
            )
        )
    print_result(result, as_json=json)
