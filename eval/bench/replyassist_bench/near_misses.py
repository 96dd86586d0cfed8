"""Questions on the topic of a template that it does not answer: how many drafts for them would be called ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ValidationError
from pydantic.types import StringConstraints
from sklearn.metrics import roc_auc_score

from replyassist.answering import answered
from replyassist.brands.voice import default_voice
from replyassist.core.embedding import Encoder
from replyassist.core.errors import InvalidInput
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Verdict, verdict_of
from replyassist.guardrails.findings import FACT_NOT_IN_ANSWER
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import PipelineContext, propose
from replyassist.proposal import Proposal
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.reranking import Reranker

TEMPLATES, QUESTIONS = ".templates.jsonl", ".questions.jsonl"
MOST_LINES = 5_000
QUICK_PAIRS = 24
DAY = date(2026, 11, 22)
Split = Literal["train", "test"]


class Label(StrEnum):
    """What a reply makes of a question."""

    STATED = "stated"  # it says what is asked
    DENIED = "denied"  # it says that it is not so
    FOLLOWS = "follows"  # a careful reader concludes it at once
    ABSENT = "absent"  # on the topic, without a word on the asked fact: the near miss
    OFF_TOPIC = "off_topic"  # about something else


ANSWERED = frozenset({Label.STATED, Label.DENIED, Label.FOLLOWS})


class _Line(BaseModel, frozen=True, extra="forbid"):
    id: str
    split: Split
    template_id: str
    question: Annotated[str, StringConstraints(min_length=1, max_length=5_000)]
    form: str
    label: Label
    evidence: str | None


@dataclass(frozen=True)
class Pair:
    """A question held against one template of a brand; ``evidence`` is the part of its reply that answers, or empty."""

    id: str
    brand: str
    template: ReplyTemplate
    question: str
    label: Label
    evidence: str

    @property
    def is_answered(self) -> bool:
        """Whether a draft from this template answers."""
        return self.label in ANSWERED


def read_pairs(folder: Path, *, split: Split) -> list[Pair]:
    """The pairs of a split of ``eval/near_misses``. Raise InvalidInput naming file and line of what is no pair."""
    found = []
    for path in sorted(folder.glob(f"*{QUESTIONS}")):
        brand = path.name.removesuffix(QUESTIONS)
        templates = {each.id: each for each in read_templates(path.with_name(brand + TEMPLATES)).templates}
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines()[:MOST_LINES], start=1):
            pair_split, pair = _pair(text, brand, templates, path=path, line=number)
            if pair_split == split:
                found.append(pair)
    if not found:
        raise InvalidInput(f"no questions of the split '{split}'", file=str(folder))
    return found


def _pair(
    text: str, brand: str, templates: Mapping[str, ReplyTemplate], *, path: Path, line: int
) -> tuple[Split, Pair]:
    try:
        read = _Line.model_validate_json(text)
    except ValidationError as error:
        field = ".".join(map(str, error.errors()[0]["loc"]))
        raise InvalidInput(error.errors()[0]["msg"], file=str(path), line=line, field=field) from error
    template = templates.get(read.template_id)
    if template is None:
        raise InvalidInput("no template has this id", file=str(path), line=line, field="template_id")
    evidence = read.evidence or ""
    if evidence not in template.reply or bool(evidence) != (read.label in ANSWERED):
        raise InvalidInput("the evidence is not that of the label", file=str(path), line=line, field="evidence")
    return read.split, Pair(read.id, brand, template, read.question, read.label, evidence)


def measure_near_misses(
    pairs: Sequence[Pair],
    folder: Path,
    *,
    templates: Encoder,
    checks: Encoder,
    threshold: float,
    reranker: Reranker | None = None,
) -> dict[str, Any]:
    """What becomes of each question with all templates of its brand, and what the check says of the labelled pairs.

    ``templates`` finds templates, ``checks`` reads drafts; no model writes. ``threshold``: how sure to be before
    drafting. With a ``reranker`` the first templates are read, as in the product.
    """
    contexts = {
        brand: replace(_context(brand, folder, templates, checks, threshold=threshold), reranker=reranker)
        for brand in sorted({pair.brand for pair in pairs})
    }
    proposed = [propose(InboundMessage(pair.question), contexts[pair.brand]) for pair in pairs]
    told = [
        answered(pair.question, templates, title=pair.template.title, reply=pair.template.rendered_reply)
        for pair in pairs
    ]
    if not all(told):
        raise InvalidInput("whether replies answer was fitted with another encoder")
    likely = [each.probability for each in told if each]
    doubtful = [each.is_doubtful for each in told if each]
    return measures_of(pairs, proposed, likely=likely, doubtful=doubtful)


def measures_of(
    pairs: Sequence[Pair], proposed: Sequence[Proposal], *, likely: Sequence[float], doubtful: Sequence[bool]
) -> dict[str, Any]:
    """Shares of near misses (``absent``) and of answered questions.

    ``near_misses_ready`` are drafts from the labelled template that are called ready; those from another template of
    the brand, which nobody labelled, are counted apart. ``…_without`` is what they would be without the check.
    ``answerable_doubted`` and ``near_misses_doubted`` are what the check alone says of the labelled pairs, and
    ``answerable_auroc`` how well it puts answered ones above near misses.
    """
    every = [_Outcome(*each) for each in zip(pairs, proposed, likely, doubtful, strict=True)]
    missed = [each for each in every if each.pair.label is Label.ABSENT]
    asked = [each for each in every if each.pair.is_answered]
    truth = [*(False for _ in missed), *(True for _ in asked)]
    scores = [each.likely for each in (*missed, *asked)]
    return {
        "pairs": len(pairs),
        "near_misses": len(missed),
        "near_misses_ready": _share([each.is_ready and each.is_its for each in missed]),
        "near_misses_ready_without": _share([each.is_ready_without and each.is_its for each in missed]),
        "near_misses_ready_elsewhere": _share([each.is_ready and not each.is_its for each in missed]),
        "near_misses_doubted": _share([each.is_doubtful for each in missed]),
        "answerable": len(asked),
        "answerable_ready": _share([each.is_ready and each.is_its for each in asked]),
        "answerable_ready_without": _share([each.is_ready_without and each.is_its for each in asked]),
        "answerable_doubted": _share([each.is_doubtful for each in asked]),
        "answerable_auroc": round(float(roc_auc_score(truth, scores)), 3) if len(set(truth)) == 2 else None,
        "off_topic_ready": _share([each.is_ready for each in every if each.pair.label is Label.OFF_TOPIC]),
    }


@dataclass(frozen=True)
class _Outcome:
    pair: Pair
    found: Proposal
    likely: float
    is_doubtful: bool

    @property
    def is_ready(self) -> bool:
        return self.found.verdict is Verdict.READY

    @property
    def is_ready_without(self) -> bool:
        """Whether it would be ready if nobody had asked whether the fact is in the answer."""
        others = [doubt for doubt in self.found.doubts if doubt.rule != FACT_NOT_IN_ANSWER]
        return self.found.verdict is not None and verdict_of((*self.found.findings, *others)) is Verdict.READY

    @property
    def is_its(self) -> bool:
        """Whether the draft is from the template that the question is held against."""
        return self.pair.template.id in {used.id for used in self.found.used_templates}


def _context(brand: str, folder: Path, templates: Encoder, checks: Encoder, *, threshold: float) -> PipelineContext:
    index = TemplateIndex(read_templates(folder / (brand + TEMPLATES)).templates, templates)
    library = PromptLibrary(resource_folder("prompts"))
    return PipelineContext(default_voice(brand), index, checks, None, library, DAY, threshold)


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 3) if found else 0.0
