"""``replyassist bench retrieval``: the right template found, and sureness that means something."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from replyassist.cli.common import clock, console, progress, settings
from replyassist.core.embedding import CachedEncoder, SentenceTransformerEncoder
from replyassist.core.encoders import model_named, source_of
from replyassist.core.errors import InvalidInput
from replyassist_bench import retrieval
from replyassist_bench.retrieval.published import Saved, machine, publish

from .printing import bench_data, print_result

VECTORS = "bench-embeddings"
NOTHING = "none"


def bench_retrieval(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
    only: Annotated[
        str,
        typer.Option(
            "--only",
            help=f"Parts, separated by commas: {', '.join(retrieval.PARTS)}; {NOTHING}: publish again.",
        ),
    ] = "",
    encoder: Annotated[
        str, typer.Option("--encoder", help="Instead of the configured one: minilm, mpnet, or a name or path.")
    ] = "",
    docs: Annotated[
        Path | None,
        typer.Option("--docs", help="Publish in this folder: figures and plots, and the tables of benchmarks.md."),
    ] = None,
) -> None:
    """Public intents as templates with few, many and no examples, beside other frameworks and plain nearest neighbour.

    With --docs each part is published as soon as it is measured; the other parts stay as they were.
    """
    parts = _parts(only)
    if docs and quick:
        raise InvalidInput("figures of the quick form are not published", field="docs")
    saved = Saved.read(docs) if docs else Saved({}, {})
    if docs:
        publish(saved, docs)
    with progress() as bar:
        bench = _bench(quick=quick, model=encoder, show=_shown_on(bar)) if parts else None
        for name in parts:
            about, started = machine(), time.perf_counter()
            figures = retrieval.measure(bench, only=[name]) if bench else {}
            about |= {"date": clock().now().date().isoformat(), "seconds": round(time.perf_counter() - started, 1)}
            saved = saved.with_part(name, figures, measured=about, encoder=Path(encoder).name if docs else "")
            if docs:
                publish(saved, docs)
    if reason := saved.figures.get("peers", {}).get("unavailable"):
        console.print(f"the peers were not measured: {reason}", markup=False)
    print_result(saved.figures, as_json=json)


def _parts(only: str) -> list[str]:
    if only == NOTHING:
        return []
    chosen = [name.strip() for name in only.split(",") if name.strip()]
    for name in chosen:
        if name not in retrieval.PARTS:
            raise InvalidInput(f"'{name}' is none of {', '.join(retrieval.PARTS)}", field="only")
    return [name for name in retrieval.PARTS if not chosen or name in chosen]


def _bench(*, quick: bool, model: str, show: Callable[[str, int, int], None]) -> retrieval.Bench:
    configured = settings()
    model = model_named(model or configured.encoder_model)
    encoder = SentenceTransformerEncoder(model)
    return retrieval.Bench(
        folder=bench_data(),
        encoder=CachedEncoder(encoder, configured.home / VECTORS),
        bare_encoder=encoder,
        quick=quick,
        progress=show,
        model=source_of(model),
    )


def _shown_on(bar: Progress) -> Callable[[str, int, int], None]:
    tasks: dict[str, Any] = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=total)
        bar.update(tasks[what], completed=done)

    return show
