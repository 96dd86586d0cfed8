"""``replyassist bench …``: each benchmark beside its reference in the same run."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from replyassist.brands.service import ensure_brand
from replyassist.cli.common import progress
from replyassist.cli.demo import load_samples
from replyassist.cli.intake import take_all, wait_until_queued
from replyassist.cli.summary import summarise
from replyassist.core.errors import ConfigurationError
from replyassist.core.resources import resource_folder
from replyassist.drafting.profiles import writer_of
from replyassist.faq.files import read_templates
from replyassist.faq.service import import_templates
from replyassist.inbox.schemas import MessageIn
from replyassist.review.list_order import QueueFilter
from replyassist.review.repository.lists import list_items
from replyassist.review.views import summaries
from replyassist_bench import bitext, pipeline

from .engine import bench_engine
from .free_text import bench_free_text
from .grounding import bench_grounding
from .injection import bench_injection
from .pii import bench_pii
from .printing import bench_data, print_result
from .queue import bench_queue
from .redraft import bench_redraft
from .retrieval import bench_retrieval
from .scratch import llm_address, scratch_parts, service_token, serving
from .streams import bench_streams
from .triage import bench_triage

app = typer.Typer(no_args_is_help=True)
FULL_MESSAGES, QUICK_MESSAGES = 60, 2
QUICK_UTTERANCES = 12


@app.callback()
def _group() -> None:
    """Benchmarks."""


app.command("engine")(bench_engine)


app.command("free-text")(bench_free_text)


app.command("grounding")(bench_grounding)


app.command("injection")(bench_injection)


app.command("pii")(bench_pii)


app.command("queue")(bench_queue)


app.command("redraft")(bench_redraft)


app.command("retrieval")(bench_retrieval)


app.command("streams")(bench_streams)


app.command("triage")(bench_triage)


@app.command("pipeline")
def bench_pipeline(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Messages per second through the API, beside the same requests sent straight to the language model."""
    with scratch_parts() as (built, recorder):
        if writer_of(recorder) is None:
            raise ConfigurationError(
                "the benchmark needs a model that writes answers: set REPLYASSIST_LLM_BASE_URL or _LLM_PROFILE=chat"
            )
        load_samples(built)
        with serving(built) as url, progress() as bar:
            tasks: dict[str, Any] = {}

            def show(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bar.add_task(what, total=total)
                bar.update(tasks[what], completed=done)

            llm_url, llm_key = llm_address(built.settings, recorder.inner)
            result = pipeline.measure(
                pipeline.Target(
                    api_url=url,
                    token=service_token(built),
                    llm_url=llm_url,
                    llm_key=llm_key,
                    llm_model=recorder.name,
                ),
                pipeline.draftable(
                    resource_folder("examples") / "messages.jsonl", count=QUICK_MESSAGES if quick else FULL_MESSAGES
                ),
                recorder,
                progress=show,
            )
    print_result(result, as_json=json)


@app.command("bitext")
def bench_bitext(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """27 templates and 300 messages that no one here wrote, the whole way into the queue."""
    folder = bench_data()
    utterances = bitext.read_utterances(folder)[: QUICK_UTTERANCES if quick else None]
    templates = read_templates(folder / bitext.TEMPLATES, column_map=bitext.COLUMN_MAP).templates
    brand = "bitext"
    with scratch_parts() as (built, _recorder):
        with built.database.writing() as session:
            ensure_brand(session, brand, now=built.clock.now())
            import_templates(session, brand, templates, now=built.clock.now())
        messages = [_message(brand, number, text) for number, (text, _) in enumerate(utterances)]
        intents = {f"utterance-{number}": intent for number, (_, intent) in enumerate(utterances)}
        started = time.perf_counter()
        with built.worker.runner():
            ids = take_all(built, messages)
            wait_until_queued(built, ids)
        seconds = time.perf_counter() - started
        with built.database.reading() as session:
            items = list_items(session, QueueFilter(brands=frozenset({brand})), after=None, limit=len(ids))
            rows = [row.model_dump(mode="json") for row in summaries(session, items, now=built.clock.now())]
            spent = summarise(session, ids)["seconds_per_draft_p50"]
    result = bitext.score(rows, intents) | {"seconds_per_draft_p50": spent, "seconds_whole": round(seconds, 1)}
    print_result(result, as_json=json)


def _message(brand: str, number: int, text: str) -> MessageIn:
    return MessageIn.model_validate(
        {
            "brand": brand,
            "channel": "import",
            "external_id": f"utterance-{number}",
            "text": text,
            "author": {"external_id": "unknown"},
            "conversation": {"external_id": f"utterance-{number}"},
            "posted_at": "2026-11-22T00:00:00Z",
        }
    )
