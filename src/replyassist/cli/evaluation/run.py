"""``replyassist eval run``: labelled cases through the production pipeline, scored."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from replyassist.app import Parts, build_parts
from replyassist.core.embedded_llm import EmbeddedChatModel
from replyassist.core.errors import InvalidInput
from replyassist.core.resources import resource_folder
from replyassist.core.settings import Settings
from replyassist.drafting.profiles import profile_named
from replyassist.evaluation.cache import GenerationCache
from replyassist.evaluation.dataset import Dataset
from replyassist.evaluation.provenance import provenance_of
from replyassist.evaluation.record import DRAFT, STAGES, EvaluationRun, save_run
from replyassist.evaluation.report import write_report
from replyassist.evaluation.run import Journal, run_cases
from replyassist.evaluation.scores import summarise
from replyassist.evaluation.task import Task, evaluators_for

from .. import common
from .cases import ColumnMaps, read_cases, warn
from .contexts import TemplateSource, contexts_for, unknown_templates
from .printing import print_figures
from .voices import VoiceSource

ENDPOINT_CONCURRENCY = 4
RUNS = "eval-runs"
CACHE = Path("eval-cache") / "generations.sqlite"


@dataclass(frozen=True)
class Options:
    """How the cases are run. ``concurrency`` 0: what suits the model."""

    stages: tuple[str, ...]
    source: TemplateSource
    voices: VoiceSource
    day: date
    profile: str = ""
    use_cache: bool = True
    concurrency: int = 0


def run(
    cases: Annotated[Path, typer.Option("--cases", help="A JSONL or CSV file of labelled cases, or a folder of them.")],
    faq: Annotated[
        Path | None, typer.Option("--faq", help="Templates for every case: YAML folder, CSV or JSONL.")
    ] = None,
    column_map: Annotated[
        list[str] | None,
        typer.Option("--map", help="Foreign columns of --faq and --cases: reply=answer,text=message"),
    ] = None,
    brand: Annotated[str, typer.Option("--brand", help="The brand of cases that name none.")] = "",
    voice: Annotated[
        list[str] | None,
        typer.Option(
            "--voice", help="A voice file for the brand it names, or 'default'; else the stored or the sample's."
        ),
    ] = None,
    stages: Annotated[str, typer.Option("--stages", help="retrieval, draft, or both.")] = "retrieval,draft",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many, spread evenly.")] = None,
    split: Annotated[str, typer.Option("--split", help="Only cases of this split, such as dev or test.")] = "",
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The day it is; templates may expire.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Keep the run in this file, for eval compare.")] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Write an HTML report to this folder.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask the model again for what it has answered.")] = False,
    concurrency: Annotated[int, typer.Option("--concurrency", min=0, max=64, help="0: what suits the model.")] = 0,
    profile: Annotated[
        str, typer.Option("--profile", help="An entry of prompts/profiles.yaml; default: the model's own.")
    ] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Score labelled cases. Interrupted with Ctrl-C, the same command goes on where it was."""
    maps = ColumnMaps.of(column_map, with_faq=faq is not None)
    options = Options(
        stages=_stages(stages),
        source=TemplateSource(faq, maps.faq),
        voices=VoiceSource.of(voice or ()),
        day=(day or common.clock().now()).date(),
        profile=_profile(profile),
        use_cache=not no_cache,
        concurrency=concurrency,
    )
    dataset = read_cases(cases, brand=brand, split=split, limit=limit, column_map=maps.cases)
    settings = common.settings()
    found = evaluate(dataset, options, settings)
    _keep(found, out or settings.home / RUNS / f"{found.id}.json", report)
    figures = {"run": found.id, **summarise(found)}
    if json:
        common.print_json(figures)
    else:
        print_figures(figures)


def _keep(found: EvaluationRun, path: Path, report: Path | None) -> None:
    save_run(found, path)
    common.console.print(f"The run is kept in {path}", markup=False, soft_wrap=True)
    if report is not None:
        page = write_report(found, report)
        common.console.print(f"The report is {page}", markup=False, soft_wrap=True)


def evaluate(dataset: Dataset, options: Options, settings: Settings) -> EvaluationRun:
    """Run the cases with the adapters of these settings, and a progress bar on stderr; raise KeyboardInterrupt."""
    if DRAFT not in options.stages:
        settings = settings.model_copy(update={"llm_disabled": True})
    with ExitStack() as closing:
        built = build_parts(settings)
        closing.callback(built.close)
        voices = options.voices.voices(
            (case.brand for case in dataset.cases), built.database, is_needed=DRAFT in options.stages
        )
        for brand, chosen in voices.items():
            common.console.print(f"Voice of {brand}: {chosen}", markup=False, soft_wrap=True)
        contexts = contexts_for(voices, built, source=options.source, day=options.day)
        warn(unknown_templates(dataset, {brand: each.index for brand, each in contexts.items()}))
        identity = identity_of(built)
        provenance = provenance_of(
            dataset,
            contexts,
            stages=options.stages,
            prompts=resource_folder("prompts"),
            voice_sources={brand: chosen.source for brand, chosen in voices.items()},
            model_identity=identity,
            profile=options.profile,
        )
        journal = Journal(settings.home / RUNS / f"unfinished-{provenance.digest[:16]}.jsonl")
        task = Task(
            evaluators=evaluators_for(options.stages),
            drafts=DRAFT in options.stages,
            cache=GenerationCache(settings.home / CACHE) if options.use_cache else None,
            model_identity=identity,
            profile=options.profile,
        )
        bar = closing.enter_context(common.progress())
        shown = bar.add_task("Cases", total=len(dataset))
        try:
            return run_cases(
                dataset,
                contexts=contexts,
                task=task,
                provenance=provenance,
                created_at=common.clock().now(),
                journal=journal,
                concurrency=concurrency_for(options.concurrency, built, options.stages),
                progress=lambda done, _total: bar.update(shown, completed=done),
            )
        except KeyboardInterrupt:
            common.console.print("Interrupted; what is done is kept: the same command goes on from there.")
            raise


def _stages(text: str) -> tuple[str, ...]:
    named = {part.strip() for part in text.split(",") if part.strip()}
    if not named or named - set(STAGES):
        raise InvalidInput(f"'{text}' is not of: {', '.join(STAGES)}, or both with a comma", field="stages")
    return tuple(stage for stage in STAGES if stage in named)


def _profile(name: str) -> str:
    if name:
        profile_named(name)
    return name


def identity_of(built: Parts) -> str:
    """Which weights answer: the model's name, and for an endpoint where it is."""
    model = built.proposer.model
    if model is None:
        return ""
    is_embedded = isinstance(model, EmbeddedChatModel)
    return model.name if is_embedded else f"{model.name} at {built.settings.llm_base_url}"


def concurrency_for(wanted: int, built: Parts, stages: tuple[str, ...]) -> int:
    """The embedded model answers one request at a time, and waiting would count against a draft's deadline."""
    if DRAFT in stages and isinstance(built.proposer.model, EmbeddedChatModel):
        return 1
    return wanted or (ENDPOINT_CONCURRENCY if built.proposer.model and DRAFT in stages else 1)
