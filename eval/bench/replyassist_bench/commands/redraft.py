"""``replyassist bench redraft``: whether a redraft does what a person asked for."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from replyassist.brands.voice import default_voice, sample_voice
from replyassist.cli.common import parts, progress
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS, model_named
from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.pipeline import PipelineContext
from replyassist.retrieval.index import TemplateIndex
from replyassist_bench.redraft import measure_redrafts, read_instructions

from .printing import print_result

QUICK_INSTRUCTIONS = 6
DAY = date(2026, 11, 22)


def bench_redraft(
    instructions: Annotated[Path, typer.Option("--instructions", help="The labelled instructions.")] = Path(
        "eval/redraft/instructions.jsonl"
    ),
    templates: Annotated[
        Path, typer.Option("--templates", help="Has a folder with faq.jsonl for each brand that is no sample.")
    ] = Path("eval/replies/dev"),
    dev: Annotated[bool, typer.Option("--dev", help="The half to tune on, instead of the half to test.")] = False,
    without_model: Annotated[bool, typer.Option("--without-model", help="Templates only, whatever is set.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run, with minilm.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Instructions as people give them ("leave out the price"): followed, refused with a note, or dropped."""
    split = "dev" if dev else "test"
    asked = read_instructions(instructions, split=split)[: QUICK_INSTRUCTIONS if quick else None]
    with parts() as built, progress() as bar:
        checks = SentenceTransformerEncoder(CHECKS.name)
        finder = model_named(CHECKS.name if quick else built.settings.encoder_model)
        reads = checks if finder == CHECKS.name else SentenceTransformerEncoder(finder)
        model = None if without_model or quick else built.proposer.model

        @cache
        def context_of(brand: str) -> PipelineContext:
            own = resource_folder("faq") / brand
            source = own if own.is_dir() else templates / brand / "faq.jsonl"
            return PipelineContext(
                voice=sample_voice(brand) or default_voice(brand),
                index=TemplateIndex(read_templates(source).templates, reads),
                encoder=checks,
                model=model,
                library=built.proposer.library,
                day=DAY,
                threshold=built.settings.abstain_threshold,
                candidates=built.settings.llm_candidates,
                deadline_seconds=built.settings.llm_timeout_seconds,
                entailment=built.proposer.entailment,
            )

        task = bar.add_task("redrafts", total=len(asked))
        result = measure_redrafts(asked, context_of, progress=lambda done: bar.update(task, completed=done))
    used = {"split": split, "encoder": finder, "model": model.name if model else None}
    print_result(used | result, as_json=json)
