"""The proposal: all that the machine knew and did for one message, stored whole with the review item."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, model_validator

from replyassist.guardrails.findings import Concern, Finding, Verdict
from replyassist.guardrails.spans import EntailmentJudgement, OmittedFact, Span
from replyassist.retrieval.index import TemplateMatch
from replyassist.triage import Route, Triage

BY_MODEL = "model"
BY_TEMPLATE = "template"
BY_NOBODY = "none"


class OpenOrAnswered(BaseModel, frozen=True):
    """What a model thinks is asked, as the message says it (empty where nobody can tell), and what answers it.

    ``answered_by``, ``bounded_by``: sentences of the templates, "template#number"; the first is empty where the model
    found no answer.
    """

    text: str
    answered_by: tuple[str, ...] = ()
    bounded_by: tuple[str, ...] = ()


class ReplyPlan(BaseModel, frozen=True):
    """The plan that a model gave with its reply; ``rests_on``: for each sentence of that, those of the templates."""

    questions: tuple[OpenOrAnswered, ...]
    rests_on: tuple[tuple[str, ...], ...]


class Candidate(BaseModel, frozen=True):
    """One text that was considered, with what the checks said of it. ``score`` orders candidates, 0 to 1.

    ``personalisation`` (0 to 1) says how much the text speaks to this author and not to anybody; ``judged`` is what an
    entailment model says of its statements, where one was asked; ``plan``: the one that the model gave with it.
    """

    text: str
    drafted_by: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    coverage: float
    score: float
    spans: tuple[Span, ...] = ()
    left_out: tuple[OmittedFact, ...] = ()
    personalisation: float = 0.0
    judged: EntailmentJudgement | None = None
    plan: ReplyPlan | None = None


class Timings(BaseModel, frozen=True):
    """Milliseconds of each stage of one proposal; ``wait`` (for a place at the model) is not part of ``total``.

    ``rerank``: of the reading of the first templates together with the message. ``entailment``: of the checks,
    those that an entailment model took.
    """

    triage: float = 0.0
    encode: float = 0.0
    search: float = 0.0
    rerank: float = 0.0
    wait: float = 0.0
    llm: float = 0.0
    check: float = 0.0
    entailment: float = 0.0
    total: float = 0.0


class RedraftRequest(BaseModel, frozen=True):
    """What a person asked the next draft to be. ``vouched_by`` and its id say who named the
    template, where that person may confirm that it is the right one.
    """

    instruction: str = ""
    template_id: str | None = None
    with_follow_up: bool = False
    vouched_by: str = ""
    vouched_by_id: int = 0


class AskedQuestion(BaseModel, frozen=True):
    """One thing that the message asks, in its own words, and the template that answers it; None: no template does.

    ``probability`` (0 to 1) is how sure it is that the template answers this question by itself.
    """

    text: str
    template_id: str | None = None
    title: str = ""
    probability: float = 0.0


class Readiness(BaseModel, frozen=True):
    """How likely the draft's template answers the message (0 to 1), whether that is enough, and from what it follows.

    ``evidence`` by its name, probabilities as log-odds (``pipeline/readiness.py``).
    """

    probability: float
    is_enough: bool
    evidence: dict[str, float] = {}


class DirectAnswer(BaseModel, frozen=True):
    """How likely the template amounts to a plain yes or no to this message, 0 to 1 each."""

    yes: float = 0.0
    no: float = 0.0


class UsedTemplate(BaseModel, frozen=True):
    """A template that a draft stands on, as it was then."""

    id: str
    version: str


class Proposal(BaseModel, frozen=True):
    """What a person decides on. ``verdict`` is None when there is no draft to judge.

    ``questions``: all that the message asks, in its order, where it asks several things. ``also_templates``: what the
    draft stands on beside the first template, for the others of them.
    ``findings`` are about the draft's text, ``doubts`` about the message or the choice of template: an edit clears
    none of those. ``verdict`` follows from both.
    ``plan``: what a model that plans thought of the message, whether or not its reply became the draft.
    ``readiness``: how likely the template answers; None for proposals of earlier versions and where it was not told.
    ``direct_answer``: 0 and 0 where nobody read the template together with the message.
    ``cost_micro_usd``: what the language model was paid for it, in millionths of a dollar.
    ``follow_up``: the private message that goes with a public draft, when a person asked for both. ``asked``: the
    redraft that is being made.
    """

    route: Route
    reason: str
    triage: Triage
    templates: tuple[TemplateMatch, ...] = ()
    abstained: bool = False
    threshold: float = 0.0
    template_id: str | None = None
    template_version: str | None = None
    also_templates: tuple[UsedTemplate, ...] = ()
    questions: tuple[AskedQuestion, ...] = ()
    picked_template: str | None = None
    voice_version: str = ""
    draft: str = ""
    drafted_by: str = BY_NOBODY
    verdict: Verdict | None = None
    readiness: Readiness | None = None
    direct_answer: DirectAnswer = DirectAnswer()
    plan: ReplyPlan | None = None
    findings: tuple[Finding, ...] = ()
    doubts: tuple[Finding, ...] = ()
    spans: tuple[Span, ...] = ()
    left_out: tuple[OmittedFact, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    follow_up: Candidate | None = None
    model: str | None = None
    prompt_digest: str | None = None
    cost_micro_usd: int = 0
    instruction: str | None = None
    notes: tuple[str, ...] = ()
    timings: Timings = Timings()
    asked: RedraftRequest | None = None

    @property
    def used_templates(self) -> tuple[UsedTemplate, ...]:
        """All templates that the draft stands on, the first one first."""
        first = [UsedTemplate(id=self.template_id, version=self.template_version or "")] if self.template_id else []
        return (*first, *self.also_templates)

    @model_validator(mode="before")
    @classmethod
    def _others_as_a_list(cls, value: Any) -> Any:
        """Proposals stored before a draft could stand on more than two templates name the second by itself."""
        if not isinstance(value, dict) or "also_templates" in value or not value.get("also_template_id"):
            return value
        second = {"id": value["also_template_id"], "version": value.get("also_template_version") or ""}
        return value | {"also_templates": [second]}

    @model_validator(mode="before")
    @classmethod
    def _doubts_apart(cls, value: Any) -> Any:
        """Proposals stored before ``doubts`` was a field of its own have them among the findings."""
        if not isinstance(value, dict) or "doubts" in value:
            return value
        found = [Finding.model_validate(finding) for finding in value.get("findings", ())]
        doubts = [finding for finding in found if finding.concern is Concern.MESSAGE]
        return value | {"findings": [finding for finding in found if finding not in doubts], "doubts": doubts}
