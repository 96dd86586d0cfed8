"""What the cases of a run are answered with: the voice, the templates and the index of each brand they name."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from replyassist.app import Parts
from replyassist.core.database import Database
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.core.resources import resource_folder
from replyassist.evaluation.dataset import Case, Dataset
from replyassist.faq.files import read_templates
from replyassist.faq.service import active_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.pipeline import PipelineContext
from replyassist.retrieval.index import TemplateIndex

from .. import common
from .voices import ChosenVoice


@dataclass(frozen=True)
class TemplateSource:
    """Where templates come from: one path for every brand, without one ``faq/<brand>`` of each or the stored ones."""

    path: Path | None
    column_map: Mapping[str, str]

    def templates_of(self, brand: str, database: Database) -> list[ReplyTemplate]:
        """The brand's templates, stored ones with a line on stderr; raise InvalidInput when there are none."""
        path = self.path or resource_folder("faq") / brand
        if self.path is not None or path.is_dir():
            return read_templates(path, column_map=self.column_map).templates
        with database.reading() as session:
            stored = active_templates(session, brand)
        if not stored:
            detail = f"no templates travel with the program for the brand '{brand}', and none are stored; name them"
            raise InvalidInput(detail, field="faq")
        line = f"Templates of {brand}: the {len(stored)} in the database"
        common.console.print(line, markup=False, soft_wrap=True)
        return stored


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
    voices: Mapping[str, ChosenVoice], built: Parts, *, source: TemplateSource, day: date
) -> dict[str, PipelineContext]:
    """What ``propose`` needs, for each brand that has a voice, with the adapters and settings of this process."""
    shared: dict[str, TemplateIndex] = {}
    return {
        brand: _context(brand, voice, built, source=source, day=day, shared=shared) for brand, voice in voices.items()
    }


def _context(
    brand: str,
    voice: ChosenVoice,
    built: Parts,
    *,
    source: TemplateSource,
    day: date,
    shared: dict[str, TemplateIndex],
) -> PipelineContext:
    key = brand if source.path is None else ""
    registry = built.registry
    if key not in shared:
        shared[key] = TemplateIndex(source.templates_of(brand, built.database), registry.template_encoder)
    return PipelineContext(
        voice=voice.rules,
        index=shared[key].as_sure_as(registry.calibration(brand)),
        encoder=built.proposer.encoder,
        model=built.proposer.model,
        library=built.proposer.library,
        day=day,
        threshold=_threshold(brand, built),
        templates_shown=built.settings.templates_shown,
        candidates=built.settings.llm_candidates,
        deadline_seconds=built.settings.llm_timeout_seconds,
        hides_names=bool(built.settings.llm_base_url) and not built.settings.llm_send_names,
    )


def _threshold(brand: str, built: Parts) -> float:
    """The number of a brand that is in the database, else the setting's."""
    with built.database.reading() as session:
        try:
            return built.registry.threshold_for(session, brand)
        except NotFound:
            return built.settings.abstain_threshold
