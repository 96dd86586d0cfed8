"""propose(): from a message to a proposal, the whole story on one screen. It touches no database and no clock."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.core.words import Reading, read
from replyassist.drafting.courtesies import without_courtesies
from replyassist.faq.joined import joined
from replyassist.faq.template import ReplyTemplate, TemplateRoute
from replyassist.guardrails import verdict_of
from replyassist.inbox.inbound import Inbound
from replyassist.pipeline.assignment import PUBLIC, Assignment, Draft
from replyassist.pipeline.doubts import doubts_of
from replyassist.pipeline.inputs import PipelineContext
from replyassist.pipeline.stopwatch import Stopwatch
from replyassist.pipeline.writing import write, write_follow_up
from replyassist.proposal import BY_NOBODY, Proposal
from replyassist.retrieval.index import TemplateMatch
from replyassist.retrieval.service import Retrieved, retrieve
from replyassist.triage import MessageReading, Route, Triage, triage
from replyassist.triage.reader import shipped_reader
from replyassist.triage.reading import as_read

ROOM_FOR_A_GREETING = 50  # characters


def propose(
    message: Inbound,
    context: PipelineContext,
    *,
    template_id: str | None = None,
    instruction: str | None = None,
    with_follow_up: bool = False,
) -> Proposal:
    """Triage, retrieve, draft, check. A person may name the template and ask for a change of wording.

    ``with_follow_up``: the answer is split into a public reply with nothing personal in it and a private message.
    Never raises for a model's failure: the template's reply, personalised without a model, takes its place.
    """
    watch = Stopwatch()
    with watch.stage("triage"):
        written, message = message, as_read(message)
        context_texts = (written.text, *written.context_texts)
        told = read(context.index.encoder, [message.text])[0]
        triaged = triage(
            message.text,
            languages=context.languages,
            context_texts=context_texts,
            reading=_reading(message, context, told),
            is_public=message.visibility == PUBLIC,
            own_words=context.voice.risk_words,
        )
    found = _retrieve(message, context, told)
    watch.stages |= {"encode": found.encode_ms, "search": found.search_ms}
    template = _template(found, context, triaged, template_id)
    second = _second(found, template, message, context) if template_id is None else None
    route, reason = _route(triaged, found, template, picked=template_id is not None)

    own = without_courtesies(template, languages=context.voice.languages) if template else None
    source = second.source if second else own
    assignment = Assignment(message, context, triaged, source, instruction, watch, first=template)
    draft = Draft()
    follow_up = None
    if route is Route.DRAFT:
        draft = write(assignment, is_public_half=with_follow_up)
        follow_up = write_follow_up(assignment) if with_follow_up else None
        if draft.chosen is None and draft.stopped_by:
            route, reason = Route.ESCALATE, draft.stopped_by
    return _proposal(assignment, found, draft, second, route=route, reason=reason, picked=template_id).model_copy(
        update={"follow_up": follow_up}
    )


def _proposal(
    assignment: Assignment,
    found: Retrieved,
    draft: Draft,
    second: _Second | None,
    *,
    route: Route,
    reason: str,
    picked: str | None,
) -> Proposal:
    """All that the queue keeps of it."""
    context, chosen = assignment.context, draft.chosen
    template = assignment.first
    doubts = doubts_of(assignment, found, answers_both=second is not None, picked=picked is not None) if chosen else ()
    return Proposal(
        route=route,
        reason=reason,
        triage=assignment.triaged,
        templates=_shown(found),
        abstained=found.abstained,
        threshold=found.threshold,
        template_id=template.id if template else None,
        picked_template=picked,
        template_version=template.version if template else None,
        also_template_id=second.template.id if second else None,
        also_template_version=second.template.version if second else None,
        voice_version=context.voice.version,
        draft=chosen.text if chosen else "",
        drafted_by=chosen.drafted_by if chosen else BY_NOBODY,
        verdict=verdict_of((*chosen.findings, *doubts)) if chosen else None,
        findings=chosen.findings if chosen else (),
        doubts=doubts,
        spans=chosen.spans if chosen else (),
        left_out=chosen.left_out if chosen else (),
        candidates=draft.candidates,
        model=draft.model,
        prompt_digest=draft.prompt_digest,
        instruction=assignment.instruction,
        notes=draft.notes,
        timings=assignment.watch.timings(),
    )


def _reading(message: Inbound, context: PipelineContext, told: Reading) -> MessageReading | None:
    """What the message is, by the encoder of the templates (``told``), else by that of the checks.

    What the brand's people corrected counts. None without text, or where the weights were fitted to neither.
    """
    if not message.text:
        return None
    reader, known = shipped_reader(), context.index.encoder
    encoder = reader.fitting(known, context.encoder)
    if encoder is not known:
        told = read(encoder, [message.text])[0]
    return reader.read_with(message, told, encoder=encoder.model_digest, corrections=context.corrections)


def _retrieve(message: Inbound, context: PipelineContext, told: Reading) -> Retrieved:
    return retrieve(
        message.text,
        context.index,
        context.index.encoder,
        threshold=context.threshold,
        limit=context.templates_shown,
        channel=message.channel,
        visibility=message.visibility,
        day=context.day,
        told=told,
    )


def _template(
    found: Retrieved, context: PipelineContext, triaged: Triage, template_id: str | None
) -> ReplyTemplate | None:
    if template_id is not None:
        return context.index.template(template_id)
    if triaged.is_plain_praise:
        return None
    return context.index.template(found.best.template_id) if found.best else None


@dataclass(frozen=True)
class _Second:
    """The template for the other question of the message, and both templates as one source."""

    template: ReplyTemplate
    source: ReplyTemplate


def _second(
    found: Retrieved, first: ReplyTemplate | None, message: Inbound, context: PipelineContext
) -> _Second | None:
    template = context.index.template(found.second.template_id) if found.second else None
    if first is None or template is None or template.route is not TemplateRoute.DRAFT:
        return None
    longest = context.voice.length_for(message.channel).max - ROOM_FOR_A_GREETING
    own = [without_courtesies(each, languages=context.voice.languages) for each in (first, template)]
    source = joined(*own, longest=longest)
    return _Second(template, source) if source else None


def _shown(found: Retrieved) -> tuple[TemplateMatch, ...]:
    """The templates that a person sees; the one for the second question is among them."""
    second = found.second
    is_missing = second is not None and all(match.template_id != second.template_id for match in found.matches)
    return (*found.matches, second) if second is not None and is_missing else found.matches


def _route(triaged: Triage, found: Retrieved, template: ReplyTemplate | None, *, picked: bool) -> tuple[Route, str]:
    if picked and template is not None:
        return Route.DRAFT, "a person picked the template"
    if triaged.route is not Route.DRAFT:
        return triaged.route, triaged.reason
    if template is not None and template.route is not TemplateRoute.DRAFT:
        return Route(template.route.value), f"template: '{template.id}' says {template.route.value}"
    if template is None and not triaged.is_plain_praise:
        best = f"the closest is {found.matches[0].probability:.0%} sure" if found.matches else "the brand has none"
        return Route.ESCALATE, f"no_template: no template answers this ({best}, needed {found.threshold:.0%})"
    return Route.DRAFT, triaged.reason
