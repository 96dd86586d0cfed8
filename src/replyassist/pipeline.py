"""propose(): from a message to a proposal, the whole story on one screen. It touches no database and no clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date

from replyassist.brands.voice import VoiceRules
from replyassist.core.embedding import Encoder
from replyassist.core.errors import LanguageModelError
from replyassist.core.llm import ChatModel
from replyassist.core.prompts import PromptLibrary
from replyassist.drafting.candidates import generate_candidates
from replyassist.drafting.personalise import Addressee, greeting_for, personalise, thank
from replyassist.drafting.prompt import BASE, DraftRequest, build_prompt
from replyassist.faq.template import ReplyTemplate, TemplateRoute
from replyassist.guardrails import CheckContext, Finding, Severity, Verdict, check, verdict_of
from replyassist.guardrails.mending import keep_supported
from replyassist.guardrails.ranking import fidelity
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.service import Retrieved, retrieve
from replyassist.review.proposal import BY_MODEL, BY_NOBODY, BY_TEMPLATE, Candidate, Proposal, Timings
from replyassist.triage import Route, Triage, triage

FIDELITY_TO_PASS = 0.85  # below it a model's draft leaves out too much of its template, or says too much beside it


@dataclass(frozen=True)
class Inbound:
    """A message as the pipeline sees it."""

    text: str
    channel: str
    visibility: str = "public"
    author_name: str | None = None
    author_handle: str | None = None
    parent_text: str | None = None


@dataclass(frozen=True)
class PipelineContext:
    """All that ``propose`` needs beside the message. ``model`` is None when drafts come from templates only."""

    voice: VoiceRules
    index: TemplateIndex
    encoder: Encoder
    model: ChatModel | None
    library: PromptLibrary
    day: date
    threshold: float
    templates_shown: int = 3
    candidates: int = 4
    deadline_seconds: float = 30.0


@dataclass
class _Clocked:
    """Collects milliseconds by stage."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)

    def add(self, stage: str, since: float) -> None:
        self.stages[stage] = self.stages.get(stage, 0.0) + (time.perf_counter() - since) * 1000

    def set_llm(self, since: float, seconds: float) -> None:
        """The model's own seconds, and the rest as waiting; a failure (0) counts whole as the model's."""
        elapsed = (time.perf_counter() - since) * 1000
        self.stages["llm"] = min(elapsed, seconds * 1000) if seconds else elapsed
        self.stages["wait"] = elapsed - self.stages["llm"]

    def timings(self) -> Timings:
        self.add("total", self.started)
        self.stages["total"] -= self.stages.get("wait", 0.0)
        return Timings(**{stage: round(value, 3) for stage, value in self.stages.items()})


@dataclass(frozen=True)
class _Draft:
    """The chosen candidate with how it came about."""

    chosen: Candidate | None = None
    candidates: tuple[Candidate, ...] = ()
    model: str | None = None
    prompt_digest: str | None = None
    notes: tuple[str, ...] = ()


def propose(
    message: Inbound, context: PipelineContext, *, template_id: str | None = None, instruction: str | None = None
) -> Proposal:
    """Triage, retrieve, draft, check. A person may name the template and ask for a change of wording.

    Never raises for a model's failure: the template's reply, personalised without a model, takes its place.
    """
    clock = _Clocked()
    since = time.perf_counter()
    triaged = triage(message.text)
    clock.add("triage", since)

    found = _retrieve(message, context)
    clock.stages |= {"encode": found.encode_ms, "search": found.search_ms}
    template = _template(found, context, triaged, template_id)
    route, reason = _route(triaged, found, template, picked=template_id is not None)

    draft = _Draft()
    if route is Route.DRAFT:
        draft = _draft(message, context, triaged, template, instruction, clock)
    chosen = draft.chosen
    return Proposal(
        route=route,
        reason=reason,
        triage=triaged,
        templates=found.matches,
        abstained=found.abstained,
        threshold=found.threshold,
        template_id=template.id if template else None,
        picked_template=template_id,
        template_version=template.version if template else None,
        voice_version=context.voice.version,
        draft=chosen.text if chosen else "",
        drafted_by=chosen.drafted_by if chosen else BY_NOBODY,
        verdict=chosen.verdict if chosen else None,
        findings=chosen.findings if chosen else (),
        candidates=draft.candidates,
        model=draft.model,
        prompt_digest=draft.prompt_digest,
        instruction=instruction,
        notes=draft.notes,
        timings=clock.timings(),
    )


def check_context(message: Inbound, voice: VoiceRules, template: ReplyTemplate | None) -> CheckContext:
    """What a reply to this message is held against."""
    return CheckContext(
        voice=voice,
        template=template,
        message=message.text,
        author_name=message.author_name,
        author_handle=message.author_handle,
        channel=message.channel,
        visibility=message.visibility,
        conversation=(message.parent_text,) if message.parent_text else (),
    )


def _retrieve(message: Inbound, context: PipelineContext) -> Retrieved:
    return retrieve(
        message.text,
        context.index,
        context.encoder,
        threshold=context.threshold,
        limit=context.templates_shown,
        channel=message.channel,
        visibility=message.visibility,
        day=context.day,
    )


def _template(
    found: Retrieved, context: PipelineContext, triaged: Triage, template_id: str | None
) -> ReplyTemplate | None:
    if template_id is not None:
        return context.index.template(template_id)
    if triaged.is_plain_praise:
        return None
    return context.index.template(found.best.template_id) if found.best else None


def _route(triaged: Triage, found: Retrieved, template: ReplyTemplate | None, *, picked: bool) -> tuple[Route, str]:
    if picked and template is not None:
        return Route.DRAFT, "a person picked the template"
    if triaged.route is not Route.DRAFT:
        return triaged.route, triaged.reason
    if template is not None and template.route is not TemplateRoute.DRAFT:
        return Route(template.route.value), f"template: '{template.id}' says {template.route.value}"
    if template is None and not triaged.is_plain_praise:
        best = f"the closest scores {found.matches[0].score:.2f}" if found.matches else "the brand has none"
        return Route.ESCALATE, f"no_template: no template answers this ({best}, needed {found.threshold:.2f})"
    return Route.DRAFT, triaged.reason


def _draft(
    message: Inbound,
    context: PipelineContext,
    triaged: Triage,
    template: ReplyTemplate | None,
    instruction: str | None,
    clock: _Clocked,
) -> _Draft:
    checks = check_context(message, context.voice, template)
    fallback = _without_model(message, context, triaged, template, checks)
    if template is None or context.model is None:
        note = "praise: the brand's own thank-you" if template is None else "no language model is configured"
        return _Draft(chosen=fallback, candidates=(fallback,) if fallback else (), notes=(note,))
    prompt = build_prompt(
        DraftRequest(
            message=message.text,
            answer=template.rendered_reply,
            author_name=message.author_name,
            channel=message.channel,
            parent_text=message.parent_text,
            instruction=instruction,
        ),
        voice=context.voice,
        profile=context.model.profile,
        library=context.library,
    )
    since = time.perf_counter()
    try:
        generated = generate_candidates(
            prompt, context.model, count=context.candidates, deadline_seconds=context.deadline_seconds
        )
        texts, note = generated.texts, "no candidate passed the checks; the template's reply was used"
    except LanguageModelError as error:
        texts, note = (), f"{error.detail}; the template's reply was used"
        clock.set_llm(since, 0.0)
    else:
        clock.set_llm(since, generated.seconds)
    since = time.perf_counter()
    if context.model.profile == BASE:
        greeting = greeting_for(context.voice, _addressee(message))
        mended = (keep_supported(text, template, voice=context.voice, greeting=greeting) for text in texts)
        texts = tuple(dict.fromkeys(filter(None, mended)))
    written = [_judge(text, BY_MODEL, checks, template) for text in texts]
    clock.add("check", since)
    passed = [item for item in written if item.verdict is Verdict.READY and item.score >= FIDELITY_TO_PASS]
    best = max(passed, key=lambda item: item.score, default=None)
    return _Draft(
        chosen=best or fallback,
        candidates=(*written, fallback) if fallback else tuple(written),
        model=context.model.name,
        prompt_digest=prompt.digest,
        notes=() if best else (note,),
    )


def _without_model(
    message: Inbound,
    context: PipelineContext,
    triaged: Triage,
    template: ReplyTemplate | None,
    checks: CheckContext,
) -> Candidate | None:
    to = _addressee(message)
    if template is None:
        text = thank(voice=context.voice, to=to)
        return _judge(text, BY_TEMPLATE, checks, None, also=(_perhaps_irony(text),)) if text else None
    text = personalise(template.rendered_reply, voice=context.voice, mood=triaged.mood.value, to=to)
    return _judge(text, BY_TEMPLATE, checks, template)


def _addressee(message: Inbound) -> Addressee:
    return Addressee(message.author_name, message.channel, message.visibility, seed=message.text)


def _perhaps_irony(text: str) -> Finding:
    """No rule can tell praise from sarcasm, and thanking for sarcasm is the kind of reply that gets a screenshot."""
    return Finding(
        rule="draft.praise_or_irony",
        severity=Severity.WARN,
        explanation="This thanks for praise. Read the message once more: is it meant?",
        start=0,
        end=len(text),
        excerpt=text,
    )


def _judge(
    text: str,
    drafted_by: str,
    checks: CheckContext,
    template: ReplyTemplate | None,
    *,
    also: tuple[Finding, ...] = (),
) -> Candidate:
    result = check(text, checks)
    findings = (*result.findings, *also)
    return Candidate(
        text=text,
        drafted_by=drafted_by,
        verdict=verdict_of(findings),
        findings=findings,
        coverage=round(result.coverage, 3),
        score=round(fidelity(text, template, message=checks.message) if template else 1.0, 3),
    )
