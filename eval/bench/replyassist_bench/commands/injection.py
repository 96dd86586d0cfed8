"""``replyassist bench injection``: attacks in messages and posts, against a model that obeys them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from replyassist.brands.voice import sample_voice
from replyassist.cli.common import progress, settings
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.core.errors import ConfigurationError
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.pipeline import PipelineContext
from replyassist.retrieval.index import TemplateIndex
from replyassist_bench import injection

from .printing import bench_data, print_result

BRAND = "fernhill"
DAY = date(2026, 11, 22)


def bench_injection(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Orders to the machine in messages and posts: found or not, and never in a draft that is ready."""
    rows = injection.read_rows(bench_data(), quick=quick)
    context = _context()
    with progress() as bar:
        task = bar.add_task("texts", total=len(rows))
        result = injection.measure(
            rows, context, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    print_result(result, as_json=json)


def _context() -> PipelineContext:
    """The sample brand with the real encoder, and without a database."""
    configured = settings()
    voice = sample_voice(BRAND)
    if voice is None:
        raise ConfigurationError(f"the sample brand '{BRAND}' is missing from this installation")
    encoder, checks = SentenceTransformerEncoder(configured.encoder_model), SentenceTransformerEncoder(CHECKS.name)
    return PipelineContext(
        voice=voice,
        index=TemplateIndex(list(read_templates(resource_folder("faq") / BRAND).templates), encoder),
        encoder=checks,
        model=None,
        library=PromptLibrary(resource_folder("prompts")),
        day=DAY,
        threshold=configured.abstain_threshold,
    )
