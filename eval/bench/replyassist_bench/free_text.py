"""How well the checks tell a false draft from a faithful one, on drafts that models wrote (``eval/free_text``).

Each draft stands beside the template's reply that it was written from and the message that it answers; its sentences
are labelled. A draft is caught when a ``grounding.*`` finding that warns or blocks stands against it. Voice, length and
the like do not count. The dev split is what the checks were chosen and fitted on, the test split (other brands) was
used for nothing but the report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from replyassist.brands.voice import default_voice
from replyassist.core.embedding import Encoder
from replyassist.core.entailment import Entailment
from replyassist.core.errors import InvalidInput
from replyassist.evaluation.statistics import proportion_interval
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext, Severity, check
from replyassist.inbox.inbound import InboundMessage

QUICK_DRAFTS = 12
Split = Literal["dev", "test"]


class Label(StrEnum):
    """What a sentence of a draft does; ``eval/free_text/README.md`` says more."""

    SUPPORTED = "supported"
    HARMLESS = "harmless"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"
    WRONG_YES_NO = "wrong_yes_no"
    CONDITION_DROPPED = "condition_dropped"
    FALSE_PREMISE = "false_premise"
    CLAIMED_ACTION = "claimed_action"
    MISSING_FACT = "missing_fact"


FAITHFUL = frozenset({Label.SUPPORTED, Label.HARMLESS})
FALSE = frozenset(Label) - FAITHFUL - {Label.MISSING_FACT}


class Sentence(BaseModel, frozen=True, extra="forbid"):
    """A sentence of a draft with the labels of two readers."""

    text: str
    label: Label
    second: Label


class FreeDraft(BaseModel, frozen=True, extra="forbid"):
    """A draft with the message that it answers, and the ``title`` and reply (``source``) that it was written from."""

    id: str
    split: Split
    message: str
    title: str
    source: str
    writer: str
    temperature: float | None = None
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The draft as it was written, but for line breaks."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def labels(self) -> frozenset[Label]:
        """What the first reader called its sentences."""
        return frozenset(sentence.label for sentence in self.sentences)

    @property
    def is_false(self) -> bool:
        """Whether a sentence of it says what does not hold."""
        return not FALSE.isdisjoint(self.labels)

    @property
    def is_faithful(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.labels <= FAITHFUL


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft with the rules that objected to it."""

    draft: FreeDraft
    rules: frozenset[str]


def read_drafts(folder: Path, *, split: Split) -> list[FreeDraft]:
    """The drafts of a split. Raises InvalidInput naming file and line of what is no draft, and for a missing file."""
    path = folder / f"{split}.jsonl"
    if not path.is_file():
        raise InvalidInput("the labelled drafts are missing; name their folder by --drafts", file=str(path))
    return [_draft(line, path, number) for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)]


def _draft(line: str, path: Path, number: int) -> FreeDraft:
    try:
        return FreeDraft.model_validate_json(line)
    except ValidationError as error:
        field = ".".join(map(str, error.errors()[0]["loc"]))
        raise InvalidInput(error.errors()[0]["msg"], file=str(path), line=number, field=field) from error


def context_of(draft: FreeDraft, encoder: Encoder | None, entailment: Entailment | None = None) -> CheckContext:
    """What the draft is held against; its brand is the first part of its id."""
    return CheckContext(
        voice=default_voice(draft.id.partition("-")[0]),
        template=ReplyTemplate(id="source", title=draft.title, reply=draft.source),
        message=InboundMessage(draft.message),
        encoder=encoder,
        entailment=entailment,
    )


def judge(draft: FreeDraft, *, encoder: Encoder | None, entailment: Entailment | None = None) -> Judged:
    """Check one draft."""
    findings = check(draft.text, context_of(draft, encoder, entailment)).findings
    return Judged(
        draft,
        frozenset(
            finding.rule
            for finding in findings
            if finding.rule.startswith("grounding.") and finding.severity in (Severity.WARN, Severity.BLOCK)
        ),
    )


def measure(
    drafts: Sequence[FreeDraft],
    *,
    encoder: Encoder | None,
    entailment: Entailment | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """The figures of one split."""
    judged: list[Judged] = []
    for number, draft in enumerate(drafts, start=1):
        judged.append(judge(draft, encoder=encoder, entailment=entailment))
        if progress:
            progress(number, len(drafts))
    return score(judged)


def score(judged: Sequence[Judged]) -> dict[str, Any]:
    """Shares with Wilson's intervals: of false drafts and of faithful ones, by label, by writer and by rule.

    A draft counts under each label that one of its sentences has. Drafts that are wrong only in what they leave out
    (``missing_fact``) are neither false nor faithful.
    """
    false = [one for one in judged if one.draft.is_false]
    faithful = [one for one in judged if one.draft.is_faithful]
    missing = [one for one in judged if not one.draft.is_false and not one.draft.is_faithful]
    return {
        "drafts": len(judged),
        "false_caught": _share(false),
        "false_alarms": _share(faithful),
        "missing_fact_caught": _share(missing),
        "by_label": {
            str(label): _share([one for one in false if label in one.draft.labels]) for label in Label if label in FALSE
        },
        "by_writer": {
            writer: {
                "false_caught": _share([one for one in false if one.draft.writer == writer]),
                "false_alarms": _share([one for one in faithful if one.draft.writer == writer]),
            }
            for writer in sorted({one.draft.writer for one in judged})
        },
        "by_rule": {
            rule: {
                "caught": _count(false, rule),
                "lost_without": _count(false, rule, alone=True),
                "false_alarms": _count(faithful, rule),
                "false_alarms_alone": _count(faithful, rule, alone=True),
            }
            for rule in sorted({rule for one in judged for rule in one.rules})
        },
    }


def _share(judged: Sequence[Judged]) -> dict[str, Any] | None:
    if not judged:
        return None
    interval = proportion_interval(sum(bool(one.rules) for one in judged), len(judged))
    return {"share": round(interval.value, 4), "low": round(interval.low, 4), "high": round(interval.high, 4)} | {
        "of": interval.n
    }


def _count(judged: Sequence[Judged], rule: str, *, alone: bool = False) -> int:
    """Drafts that this rule objects to, or that no other rule does."""
    return sum(one.rules == {rule} if alone else rule in one.rules for one in judged)
