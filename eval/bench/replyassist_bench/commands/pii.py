"""``replyassist bench pii``: personal data that is found, missed and imagined."""

from __future__ import annotations

from typing import Annotated

import typer

from replyassist.cli.common import progress
from replyassist_bench import pii

from .printing import bench_data, print_result


def bench_pii(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
    tuning: Annotated[
        bool, typer.Option("--tuning", help="The half of the data that the rules were tuned on, instead of the other.")
    ] = False,
) -> None:
    """Precision and recall of finding personal data by type, beside textbook regular expressions."""
    texts = pii.read_texts(bench_data(), half="dev" if tuning else "test")[: pii.QUICK_TEXTS if quick else None]
    with progress() as bar:
        task = bar.add_task("texts", total=len(texts))
        result = pii.measure(texts, progress=lambda done, total: bar.update(task, completed=done, total=total))
    print_result({"half": "dev" if tuning else "test"} | result, as_json=json)
