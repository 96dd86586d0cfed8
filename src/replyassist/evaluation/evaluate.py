"""From labelled cases to a kept run: the one way of the command line and of the console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from replyassist.core.errors import InvalidInput
from replyassist.core.resources import resource_folder
from replyassist.evaluation.cache import GenerationCache
from replyassist.evaluation.contexts import Adapters, Tell, TemplateSource, contexts_for, unknown_templates
from replyassist.evaluation.dataset import Dataset
from replyassist.evaluation.provenance import provenance_of
from replyassist.evaluation.record import DRAFT, STAGES, EvaluationRun
from replyassist.evaluation.run import Progress, run_cases
from replyassist.evaluation.store import CACHE, RunStore
from replyassist.evaluation.task import Task, evaluators_for
from replyassist.evaluation.voices import VoiceSource

ENDPOINT_CONCURRENCY = 4


@dataclass(frozen=True)
class EvaluationPlan:
    """How cases are scored. ``concurrency`` 0: what suits the model. ``title`` and where all is from are for people."""

    stages: tuple[str, ...]
    source: TemplateSource
    voices: VoiceSource
    day: date
    profile: str = ""
    use_cache: bool = True
    concurrency: int = 0
    title: str = ""
    cases_from: str = ""
    templates_from: str = ""

    @property
    def drafts(self) -> bool:
        """Whether drafts are made and scored."""
        return DRAFT in self.stages


def evaluate(
    dataset: Dataset,
    plan: EvaluationPlan,
    adapters: Adapters,
    *,
    store: RunStore,
    created_at: datetime,
    tell: Tell,
    progress: Progress,
) -> EvaluationRun:
    """Score the cases and keep the run in the store.

    ``tell`` is given a line for what a person should know. What ``progress`` raises ends it once the cases in hand
    are done; the same call goes on where it was. Raise InvalidInput where templates or a voice are missing.
    """
    voices = plan.voices.voices((case.brand for case in dataset.cases), adapters.database, is_needed=plan.drafts)
    for brand, chosen in voices.items():
        tell(f"Voice of {brand}: {chosen}")
    contexts = contexts_for(voices, adapters, source=plan.source, day=plan.day, tell=tell, drafts=plan.drafts)
    for line in unknown_templates(dataset, {brand: each.index for brand, each in contexts.items()}):
        tell(f"warning: {line}")
    identity = identity_of(adapters)
    provenance = provenance_of(
        dataset,
        contexts,
        stages=plan.stages,
        prompts=resource_folder("prompts"),
        voice_sources={brand: chosen.source for brand, chosen in voices.items()},
        model_identity=identity,
        profile=plan.profile,
    )
    task = Task(
        evaluators=evaluators_for(plan.stages),
        drafts=plan.drafts,
        cache=GenerationCache(store.home / CACHE) if plan.use_cache else None,
        model_identity=identity,
        profile=plan.profile,
    )
    journal = store.journal(provenance.digest)
    run = run_cases(
        dataset,
        contexts=contexts,
        task=task,
        provenance=provenance,
        created_at=created_at,
        journal=journal,
        concurrency=concurrency_for(plan.concurrency, adapters, drafts=plan.drafts),
        progress=progress,
    )
    words = {
        "title": plan.title,
        "cases_from": plan.cases_from,
        "templates_from": plan.templates_from or plan.source.words(),
    }
    named = run.model_copy(update=words)
    store.save(named)
    journal.close()
    return named


def stages_of(names: set[str]) -> tuple[str, ...]:
    """The stages of these names in their order; raise InvalidInput for none, or for one that there is not."""
    if not names or names - set(STAGES):
        raise InvalidInput(f"'{','.join(sorted(names))}' is not of: {', '.join(STAGES)}", field="stages")
    return tuple(stage for stage in STAGES if stage in names)


def identity_of(adapters: Adapters) -> str:
    """Which weights answer: the model's name, and for an endpoint where it is."""
    model, place = adapters.model, adapters.settings.llm_base_url
    if model is None:
        return ""
    return f"{model.name} at {place}" if place else model.name


def concurrency_for(wanted: int, adapters: Adapters, *, drafts: bool) -> int:
    """The embedded model answers one request at a time, and waiting would count against a draft's deadline."""
    has_model = drafts and adapters.model is not None
    if has_model and not adapters.settings.llm_base_url:
        return 1
    return wanted or (ENDPOINT_CONCURRENCY if has_model else 1)
