"""``replyassist eval judge``: a language model reads the drafts of a run, and its agreement with people is printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from replyassist.core.errors import ConfigurationError
from replyassist.core.llm import ChatModel, OpenAIChatModel
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.core.settings import Settings
from replyassist.evaluation.cache import GenerationCache, MeteredModel
from replyassist.evaluation.judge import DEADLINE_SECONDS, JudgeSummary, judge_run, summarise, with_labelled_drafts
from replyassist.evaluation.labels import load_labels
from replyassist.evaluation.store import CACHE

from .. import common
from .agreement import figure, show_confusion
from .printing import print_figures
from .runs import RunName, kept_run

EMBEDDED = "embedded"
TRUSTED_FROM = 0.4
"""Kappa from which a judge's verdicts may count: "moderate" by Landis and Koch, Biometrics 33 (1977)."""
NO_LABELS = "No labels of these drafts: how far this judge can be trusted is unknown."


def judge(
    run: RunName,
    labels: Annotated[Path | None, typer.Option("--labels", help="People's labels, to hold the judge against.")] = None,
    of_labels: Annotated[
        bool, typer.Option("--drafts-of-labels", help="Judge the drafts that people read, in place of the run's own.")
    ] = False,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, max=64)] = 4,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask again what was answered before.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Let the model at REPLYASSIST_JUDGE_BASE_URL list what is wrong with each draft; the verdict follows by rule.

    REPLYASSIST_JUDGE_MODEL=embedded takes the model in the box.
    """
    evaluated = kept_run(run)
    read = load_labels(labels) if labels else ()
    if of_labels:
        evaluated = with_labelled_drafts(evaluated, read)
    settings = common.settings()
    cache = None if no_cache else GenerationCache(settings.home / CACHE)
    drafts = sum(bool(result.proposal and result.proposal.draft) for result in evaluated.results)
    with _model(settings) as (model, place), common.progress() as bar:
        shown = bar.add_task("Drafts", total=drafts)
        judgements = judge_run(
            evaluated,
            MeteredModel(model, cache=cache, identity=f"{model.name} at {place}"),
            library=PromptLibrary(resource_folder("prompts")),
            concurrency=concurrency,
            progress=lambda: bar.advance(shown),
        )
    found = summarise(evaluated, judgements, read)
    if json:
        cases = [item.model_dump(mode="json") for item in judgements]
        common.print_json(found.model_dump(mode="json") | {"model": model.name, "cases": cases})
        return
    print_figures(_figures(found))
    if found.labelled:
        if found.kappa is None or found.kappa.value < TRUSTED_FROM:
            common.output.print(
                f"Not to be used for decisions: its kappa with people is not known to be {TRUSTED_FROM} or more."
            )
        show_confusion(found.confusion, "judge")
    else:
        common.output.print(NO_LABELS)


@contextmanager
def _model(settings: Settings) -> Iterator[tuple[ChatModel, str]]:
    """The judge and where it is; never the drafting model by accident, which would judge its own drafts."""
    with ExitStack() as closing:
        if settings.judge_model == EMBEDDED and not settings.judge_base_url:
            yield _embedded(settings, closing), EMBEDDED
            return
        if not settings.judge_base_url or not settings.judge_model:
            raise ConfigurationError(
                "REPLYASSIST_JUDGE_BASE_URL and REPLYASSIST_JUDGE_MODEL name the judge; set both, "
                f"or the model alone to '{EMBEDDED}'"
            )
        remote = OpenAIChatModel(
            base_url=settings.judge_base_url,
            api_key=settings.judge_api_key.get_secret_value(),
            model=settings.judge_model,
            profile="chat",
            timeout_seconds=DEADLINE_SECONDS,
            retries=settings.llm_retries,
        )
        closing.callback(remote.close)
        yield remote, settings.judge_base_url


def _embedded(settings: Settings, closing: ExitStack) -> ChatModel:
    from replyassist.core.embedded_llm import EmbeddedChatModel, EmbeddedLanguageModel

    server = EmbeddedLanguageModel(settings.home, threads=settings.llm_threads)
    closing.callback(server.stop)
    model = EmbeddedChatModel(server, timeout_seconds=DEADLINE_SECONDS)
    closing.callback(model.close)
    return model


def _figures(found: JudgeSummary) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "send-ready by the judge": figure(found.send_ready_rate),
        "not usable by the judge": figure(found.not_usable_rate),
        "kappa with people": figure(found.kappa),
        "drafts with labels": found.labelled,
        "unjudged": found.unjudged,
    }
    figures |= {f"  {why}": count for why, count in found.unjudged_why.items()}
    return figures | {f"failure {kind}": count for kind, count in found.failures.items()}
