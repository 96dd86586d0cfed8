"""The brands with and without a change of templates, voice or prompts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from replyassist.app import Parts
from replyassist.brands.voice import load_voice
from replyassist.core.database import Database
from replyassist.core.embedding import Encoder
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.evaluation.contexts import TemplateSource, contexts_for
from replyassist.evaluation.dataset import Case
from replyassist.evaluation.replay import case_of
from replyassist.evaluation.voices import VoiceSource
from replyassist.faq.files import read_templates
from replyassist.inbox.service import load
from replyassist.pipeline import PipelineContext
from replyassist.retrieval.index import TemplateIndex
from replyassist.review.list_order import QueueFilter, Sort
from replyassist.review.repository.lists import list_items

from .cases import tell

Contexts = dict[str, PipelineContext]


@dataclass(frozen=True)
class ProposedChange:
    """What would go live; None is left as it is. ``brand`` is the one whose templates ``faq`` holds."""

    faq: Path | None = None
    voice: Path | None = None
    prompts: Path | None = None
    brand: str = ""

    @property
    def is_any(self) -> bool:
        """Whether anything would change."""
        return bool(self.faq or self.voice or self.prompts)

    @property
    def is_local(self) -> bool:
        """Whether it touches templates or a voice only, so that most drafts should stay as they are."""
        return self.prompts is None


def live_contexts(brands: Iterable[str], built: Parts, *, day: date) -> Contexts:
    """Each brand as it answers now: from the database where it stands there, else the one of the program's samples."""
    return {brand: _live(brand, built, day) for brand in sorted(set(brands))}


def changed_contexts(before: Contexts, change: ProposedChange, *, encoder: Encoder) -> Contexts:
    """The brands that the change touches, with it and with what decisions taught them so far.

    Raise InvalidInput when it fits none of them.
    """
    after = dict(before)
    if change.voice is not None:
        voice = load_voice(change.voice)
        if voice.brand not in after:
            detail = f"no case or message is of the brand '{voice.brand}'; there are {', '.join(before)}"
            raise InvalidInput(detail, file=str(change.voice), field="brand")
        after[voice.brand] = replace(after[voice.brand], voice=voice)
    if change.faq is not None:
        for brand, path in _template_folders(change.faq, before, change.brand).items():
            live = before[brand].index
            templates = read_templates(path).templates
            index = TemplateIndex(templates, encoder, examples=live.examples, calibration=live.calibration)
            after[brand] = replace(after[brand], index=index)
    if change.prompts is not None:
        library = _library(change.prompts)
        after = {brand: replace(context, library=library) for brand, context in after.items()}
    return {brand: context for brand, context in after.items() if context is not before[brand]}


def recent_messages(database: Database, brands: Iterable[str], *, limit: int) -> list[Case]:
    """The last messages in the queue of these brands, the newest first; nothing is written."""
    with database.reading() as session:
        wanted = QueueFilter(brands=frozenset(brands), sort=Sort.NEWEST)
        items = list_items(session, wanted, after=None, limit=limit) if limit else []
        stored = [load(session, item.message_id) for item in items]
        return [case_of(message) for message in stored if message.text]


def _live(brand: str, built: Parts, day: date) -> PipelineContext:
    try:
        return replace(built.proposer.context_for(brand), day=day)
    except NotFound:
        voices = VoiceSource().voices([brand], built.database, is_needed=True)
        return contexts_for(voices, built.proposer, source=TemplateSource(None), day=day, tell=tell)[brand]


def _template_folders(path: Path, brands: Contexts, brand: str) -> dict[str, Path]:
    """Which brand's templates stand where: ``PATH/<brand>`` of each, else all of PATH for the one brand."""
    named = {name: path / name for name in brands if (path / name).is_dir()}
    if named:
        return named
    only = brand or (next(iter(brands)) if len(brands) == 1 else "")
    if only not in brands:
        detail = f"say with --brand whose templates these are; the cases are of {', '.join(brands)}"
        raise InvalidInput(detail, field="changed-faq")
    return {only: path}


def _library(folder: Path) -> PromptLibrary:
    needed = sorted(file.name for file in resource_folder("prompts").glob("*.j2"))
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        raise InvalidInput(f"lacks {', '.join(missing)}; copy the whole folder and change the copy", file=str(folder))
    return PromptLibrary(folder)
