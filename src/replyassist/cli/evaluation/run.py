"""``replyassist eval run``: labelled cases through the production pipeline, scored."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from replyassist.app import build_parts
from replyassist.core.errors import InvalidInput
from replyassist.core.settings import Settings
from replyassist.drafting.profiles import profile_named
from replyassist.evaluation.contexts import TemplateSource
from replyassist.evaluation.dataset import Dataset
from replyassist.evaluation.evaluate import EvaluationPlan, evaluate, stages_of
from replyassist.evaluation.record import EvaluationRun, save_run
from replyassist.evaluation.report import write_report
from replyassist.evaluation.scores import summarise
from replyassist.evaluation.store import RunStore
from replyassist.evaluation.voices import VoiceSource

from .. import common
from .cases import BrandOption, CasesOption, ColumnMaps, DayOption, FaqOption, MapOption, SplitOption, read_cases, tell
from .printing import print_figures


def run(
    cases: CasesOption,
    faq: FaqOption = None,
    column_map: MapOption = None,
    generated: Annotated[
        Path | None, typer.Option("--generated", help="Questions that a model wrote: faq generated list --json.")
    ] = None,
    brand: BrandOption = "",
    voice: Annotated[
        list[str] | None,
        typer.Option(
            "--voice", help="A voice file for the brand it names, or 'default'; else the stored or the sample's."
        ),
    ] = None,
    stages: Annotated[str, typer.Option("--stages", help="retrieval, draft, or both.")] = "retrieval,draft",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many, spread evenly.")] = None,
    live: Annotated[
        bool, typer.Option("--live", help="The stored brands as they answer now, with what decisions taught.")
    ] = False,
    split: SplitOption = "",
    day: DayOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Keep the run in this file too.")] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Write an HTML report to this folder.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask the model again for what it has answered.")] = False,
    title: Annotated[str, typer.Option("--title", help="What to call the run in lists.")] = "",
    concurrency: Annotated[int, typer.Option("--concurrency", min=0, max=64, help="0: what suits the model.")] = 0,
    profile: Annotated[
        str, typer.Option("--profile", help="An entry of prompts/profiles.yaml; default: the model's own.")
    ] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Score labelled cases. Interrupted with Ctrl-C, the same command goes on where it was."""
    maps = ColumnMaps.of(column_map, with_faq=faq is not None)
    if live and faq is not None:
        raise InvalidInput("--live takes the stored templates, and --faq others: name one of them", field="live")
    plan = EvaluationPlan(
        stages=_stages(stages),
        source=TemplateSource(faq, maps.faq, generated, is_live=live),
        voices=VoiceSource.of(voice or ()),
        day=(day or common.clock().now()).date(),
        profile=_profile(profile),
        use_cache=not no_cache,
        concurrency=concurrency,
        title=title,
        cases_from=cases.name,
    )
    dataset = read_cases(cases, brand=brand, split=split, limit=limit, column_map=maps.cases)
    settings = common.settings()
    found = _run(dataset, plan, settings)
    _keep(found, RunStore(settings.home), out, report)
    figures = {"run": found.id, **summarise(found)}
    if json:
        common.print_json(figures)
    else:
        print_figures(figures)


def _run(dataset: Dataset, plan: EvaluationPlan, settings: Settings) -> EvaluationRun:
    """Run the cases with the adapters of these settings, and a progress bar on stderr; raise KeyboardInterrupt."""
    if not plan.drafts:
        settings = settings.model_copy(update={"llm_disabled": True})
    with ExitStack() as closing:
        built = build_parts(settings)
        closing.callback(built.close)
        bar = closing.enter_context(common.progress())
        shown = bar.add_task("Cases", total=len(dataset))
        try:
            return evaluate(
                dataset,
                plan,
                built.proposer,
                store=RunStore(settings.home),
                created_at=common.clock().now(),
                tell=tell,
                progress=lambda done, _total: bar.update(shown, completed=done),
            )
        except KeyboardInterrupt:
            common.console.print("Interrupted; what is done is kept: the same command goes on from there.")
            raise


def _keep(found: EvaluationRun, store: RunStore, out: Path | None, report: Path | None) -> None:
    if out is not None:
        save_run(found, out)
    tell(f"The run is kept in {out or store.path(found.id)}")
    if report is not None:
        tell(f"The report is {write_report(found, report)}")


def _stages(text: str) -> tuple[str, ...]:
    return stages_of({part.strip() for part in text.split(",") if part.strip()})


def _profile(name: str) -> str:
    if name:
        profile_named(name)
    return name
