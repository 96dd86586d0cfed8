"""What the cases of a run are answered with: the voice, the templates and the index of each brand they name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, TypeAdapter, ValidationError

from replyassist.core.database import Database
from replyassist.core.embedding import Encoder
from replyassist.core.entailment import Entailment
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.core.llm import ChatModel
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.core.settings import Settings
from replyassist.evaluation.dataset import Case, Dataset
from replyassist.evaluation.voices import ChosenVoice
from replyassist.faq.files import read_templates
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.service import active_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.pipeline import PipelineContext
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.reranking import Reranker
from replyassist.retrieval.service import IndexRegistry

Tell = Callable[[str], object]


class Adapters(Protocol):
    """What answers the cases, as ``proposing.Proposer`` holds it."""

    @property
    def database(self) -> Database:
        """Where the brands stand."""
        ...

    @property
    def registry(self) -> IndexRegistry:
        """Encoder of templates, calibrations and thresholds."""
        ...

    @property
    def encoder(self) -> Encoder:
        """That of the checks."""
        ...

    @property
    def model(self) -> ChatModel | None:
        """Who drafts; None: templates only."""
        ...

    @property
    def entailment(self) -> Entailment | None:
        """What compares statements with their sources, where one is configured."""
        ...

    @property
    def reranker(self) -> Reranker | None:
        """What reads the first templates together with the message, where it is there."""
        ...

    @property
    def library(self) -> PromptLibrary:
        """The prompts."""
        ...

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        ...

    def context_for(self, brand_id: str) -> PipelineContext:
        """A stored brand as it answers now; raise NotFound."""
        ...


@dataclass(frozen=True)
class TemplateSource:
    """Where templates come from: one path for every brand, without one ``faq/<brand>`` of each or the stored ones.

    ``generated``: a file of questions that a model wrote for them, as ``faq generated list --json`` prints it.
    ``is_live``: every brand as the product answers now, with what decisions taught it; there is no path then.
    """

    path: Path | None
    column_map: Mapping[str, str] = field(default_factory=dict)
    generated: Path | None = None
    is_live: bool = False

    def templates_of(self, brand: str, database: Database, *, tell: Tell) -> list[ReplyTemplate]:
        """The brand's templates, stored ones with a line to ``tell``; raise InvalidInput when there are none."""
        path = self.path or resource_folder("faq") / brand
        if self.path is not None or path.is_dir():
            return read_templates(path, column_map=self.column_map).templates
        with database.reading() as session:
            stored = active_templates(session, brand)
        if not stored:
            detail = f"no templates travel with the program for the brand '{brand}', and none are stored; name them"
            raise InvalidInput(detail, field="faq")
        tell(f"Templates of {brand}: the {len(stored)} in the database")
        return stored

    def examples(self) -> list[LearnedExample]:
        """The generated questions; raise InvalidInput for a file that holds none."""
        if self.generated is None:
            return []
        try:
            found = _QUESTIONS.validate_json(self.generated.read_bytes())
        except (OSError, ValidationError) as error:
            detail = "this is no list of generated questions with template_id and text"
            raise InvalidInput(detail, file=str(self.generated)) from error
        return [
            LearnedExample(number, question.template_id, question.text, is_generated=True)
            for number, question in enumerate(found, 1)
        ]

    def words(self) -> str:
        """Where the templates are from, for people."""
        if self.path is not None:
            return self.path.name
        return "live" if self.is_live else "sample or stored"


class _Question(BaseModel):
    template_id: str
    text: str


_QUESTIONS = TypeAdapter(list[_Question])


def unknown_templates(dataset: Dataset, indexes: Mapping[str, TemplateIndex]) -> Iterator[str]:
    """A line for each id that cases expect and no template of their brand has: where, and the nearest that there is.

    Such a case can only fail. ``indexes`` by brand.
    """
    known = {brand: [template.id for template in index.templates] for brand, index in indexes.items()}
    found: dict[tuple[str, str], list[Case]] = {}
    for case in dataset.cases:
        for template_id in sorted(case.right_templates - set(known[case.brand])):
            found.setdefault((case.brand, template_id), []).append(case)
    for (brand, template_id), cases in found.items():
        place = dataset.places[cases[0].id]
        near = difflib.get_close_matches(template_id, known[brand], n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        others = f" ({len(cases)} cases, first here)" if cases[1:] else ""
        yield (
            f"{place}, field '{place.prefix}template_id': no template of {brand} has the id '{template_id}'{others}, "
            f"so it can only be missed{hint}"
        )


def contexts_for(
    voices: Mapping[str, ChosenVoice],
    adapters: Adapters,
    *,
    source: TemplateSource,
    day: date,
    tell: Tell,
    drafts: bool = True,
) -> dict[str, PipelineContext]:
    """What ``propose`` needs, for each brand that has a voice, with the adapters and settings of this process.

    Without ``drafts`` no model is asked. ``tell`` is given a line for what a person should know.
    """
    shared: dict[str, TemplateIndex] = {}
    found = {}
    for brand, voice in voices.items():
        if source.is_live:
            context = replace(_live(brand, adapters), voice=voice.rules, day=day)
        else:
            key = brand if source.path is None else ""
            if key not in shared:
                templates = source.templates_of(brand, adapters.database, tell=tell)
                encoder = adapters.registry.template_encoder
                shared[key] = TemplateIndex(templates, encoder, examples=source.examples())
            context = _context(brand, voice, shared[key], adapters, day=day)
        found[brand] = context if drafts else replace(context, model=None)
    return found


def _live(brand: str, adapters: Adapters) -> PipelineContext:
    try:
        return adapters.context_for(brand)
    except NotFound:
        raise InvalidInput(
            f"the brand '{brand}' is not stored, so that it has no live templates", field="faq"
        ) from None


def _context(brand: str, voice: ChosenVoice, index: TemplateIndex, adapters: Adapters, *, day: date) -> PipelineContext:
    settings = adapters.settings
    return PipelineContext(
        voice=voice.rules,
        index=index.as_sure_as(adapters.registry.calibration(brand)),
        encoder=adapters.encoder,
        model=adapters.model,
        library=adapters.library,
        day=day,
        threshold=_threshold(brand, adapters),
        templates_shown=settings.templates_shown,
        candidates=settings.llm_candidates,
        deadline_seconds=settings.llm_timeout_seconds,
        hides_names=bool(settings.llm_base_url) and not settings.llm_send_names,
        entailment=adapters.entailment,
        reranker=adapters.reranker,
    )


def _threshold(brand: str, adapters: Adapters) -> float:
    """The number of a brand that is in the database, else the setting's."""
    with adapters.database.reading() as session:
        try:
            return adapters.registry.threshold_for(session, brand)
        except NotFound:
            return adapters.settings.abstain_threshold
