"""propose(): from a message to a proposal, the whole story on one screen. It touches no database and no clock."""

from __future__ import annotations

from collections.abc import Sequence

from replyassist.answering.sentence_reading import NOTHING_READ, ReplyReading, read_reply
from replyassist.core.words import Reading, read
from replyassist.drafting.courtesies import without_courtesies
from replyassist.faq.joined import joined
from replyassist.faq.template import ReplyTemplate, TemplateRoute
from replyassist.guardrails import verdict_of
from replyassist.guardrails.vectors import MEMORY
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline.assignment import PUBLIC, AssembledDraft, Assignment
from replyassist.pipeline.doubts import doubts_of
from replyassist.pipeline.inputs import PipelineContext
from replyassist.pipeline.instructions import read_wish
from replyassist.pipeline.planning import SentencePlan, plan_of
from replyassist.pipeline.stopwatch import Stopwatch
from replyassist.pipeline.unfollowed import unfollowed
from replyassist.pipeline.writing import write, write_follow_up
from replyassist.proposal import BY_NOBODY, AskedQuestion, DirectAnswer, Proposal, UsedTemplate
from replyassist.retrieval.questions import MatchedQuestion
from replyassist.retrieval.service import Retrieved, retrieve
from replyassist.triage import MessageReading, Route, Triage, triage
from replyassist.triage.asking import Question, questions_in
from replyassist.triage.reader import shipped_reader
from replyassist.triage.reading import as_read

ROOM_FOR_A_GREETING = 50  # characters
LONGEST_SOURCE = 10_000  # characters of the templates that a draft stands on, of which it says a part
MOST_TEMPLATES = 3  # that one draft stands on: more is a letter, not a reply


def propose(
    message: InboundMessage,
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
        checked = _checked(message, context, told)
        triaged = triage(
            message.text,
            languages=context.languages,
            context_texts=context_texts,
            reading=_reading(message, context, told, checked),
            is_public=message.visibility == PUBLIC,
            own_words=context.voice.risk_words,
        )
        questions = questions_in(message.text, checked, encoder=context.encoder.model_digest)
    found = _retrieve(message, context, told, questions)
    watch.stages |= {"encode": found.encode_ms, "search": found.search_ms}
    if context.reranker is not None and template_id is None and triaged.needs_a_template:
        with watch.stage("rerank"):
            found = context.reranker.rerank(found, message.text)
    template = _template(found, context, triaged, template_id)
    further = _further(found, template, message, context) if template_id is None else []
    route, reason = _route(triaged, found, template, picked=template_id is not None)

    own = without_courtesies(template, languages=context.voice.languages) if template else None
    both = joined([own, *further], longest=LONGEST_SOURCE) if own and further else None
    further, source = (further, both) if both else ([], own)
    plan = None
    if own and route is Route.DRAFT:
        with watch.stage("rerank"):
            reading = _reading_of(own, message, context) if not further else NOTHING_READ
        plan = _plan(message, context, found, (own, *further), instruction, reading)
    assignment = Assignment(message, context, triaged, source, instruction, watch, first=template, plan=plan)
    draft = AssembledDraft()
    follow_up = None
    if route is Route.DRAFT:
        draft = write(assignment, is_public_half=with_follow_up)
        follow_up = write_follow_up(assignment) if with_follow_up else None
        if draft.chosen is None and draft.stopped_by:
            route, reason = Route.ESCALATE, draft.stopped_by
    return _proposal(assignment, found, draft, further, route=route, reason=reason, picked=template_id).model_copy(
        update={"follow_up": follow_up}
    )


def _proposal(
    assignment: Assignment,
    found: Retrieved,
    draft: AssembledDraft,
    further: Sequence[ReplyTemplate],
    *,
    route: Route,
    reason: str,
    picked: str | None,
) -> Proposal:
    """All that the queue keeps of it."""
    context, chosen = assignment.context, draft.chosen
    template = assignment.first
    used = [each.id for each in (template, *further) if each is not None]
    doubts, readiness = (
        doubts_of(assignment, found, used=used, picked=picked is not None, plan=draft.plan) if chosen else ((), None)
    )
    return Proposal(
        route=route,
        reason=reason,
        triage=assignment.triaged,
        templates=found.matches,
        abstained=found.abstained,
        threshold=found.threshold,
        template_id=template.id if template else None,
        picked_template=picked,
        template_version=template.version if template else None,
        also_templates=tuple(UsedTemplate(id=each.id, version=each.version) for each in further),
        questions=tuple(_asked(each) for each in found.asked),
        voice_version=context.voice.version,
        draft=chosen.text if chosen else "",
        drafted_by=chosen.drafted_by if chosen else BY_NOBODY,
        verdict=verdict_of((*chosen.findings, *doubts)) if chosen else None,
        readiness=readiness,
        direct_answer=_direct_answer(assignment),
        plan=draft.plan,
        findings=chosen.findings if chosen else (),
        doubts=doubts,
        spans=chosen.spans if chosen else (),
        left_out=chosen.left_out if chosen else (),
        candidates=draft.candidates,
        model=draft.model,
        prompt_digest=draft.prompt_digest,
        instruction=assignment.instruction,
        notes=(*draft.notes, *unfollowed(assignment, draft)),
        timings=assignment.watch.timings(),
    )


def _checked(message: InboundMessage, context: PipelineContext, told: Reading) -> Reading:
    """The message by the encoder of the checks, which is read once: ``told`` where the templates have the same."""
    is_same = context.encoder.model_digest == context.index.encoder.model_digest
    checked = told if is_same else read(context.encoder, [message.text])[0]
    MEMORY.keep(context.encoder, message.text, checked.vector)
    return checked


def _reading(
    message: InboundMessage, context: PipelineContext, told: Reading, checked: Reading
) -> MessageReading | None:
    """What the message is, by the encoder of the templates (``told``), else by that of the checks.

    What the brand's people corrected counts. None without text, or where the weights were fitted to neither.
    """
    if not message.text:
        return None
    reader, known = shipped_reader(), context.index.encoder
    encoder = reader.fitting(known, context.encoder)
    by = told if encoder is known else checked
    return reader.read_with(message, by, encoder=encoder.model_digest, corrections=context.corrections)


def _asked(asked: MatchedQuestion) -> AskedQuestion:
    match = asked.match
    if match is None:
        return AskedQuestion(text=asked.text)
    return AskedQuestion(
        text=asked.text, template_id=match.template_id, title=match.title, probability=match.probability
    )


def _retrieve(
    message: InboundMessage, context: PipelineContext, told: Reading, questions: Sequence[Question]
) -> Retrieved:
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
        questions=questions,
    )


def _template(
    found: Retrieved, context: PipelineContext, triaged: Triage, template_id: str | None
) -> ReplyTemplate | None:
    if template_id is not None:
        return context.index.template(template_id)
    if triaged.is_plain_praise:
        return None
    return context.index.template(found.best.template_id) if found.best else None


def _further(
    found: Retrieved, first: ReplyTemplate | None, message: InboundMessage, context: PipelineContext
) -> list[ReplyTemplate]:
    """The templates that answer the other questions, without their greetings.

    Left out are those whose sentences make the draft too long, and what is no draft's to answer.
    """
    if first is None or first.route is not TemplateRoute.DRAFT:
        return []
    room = message.room(context.voice)
    ids = dict.fromkeys(asked.match.template_id for asked in found.asked if asked.match is not None)
    own = without_courtesies(first, languages=context.voice.languages)
    further: list[ReplyTemplate] = []
    for template in filter(None, map(context.index.template, ids)):
        if template.id == first.id or template.route is not TemplateRoute.DRAFT or len(further) + 1 == MOST_TEMPLATES:
            continue
        more = [*further, without_courtesies(template, languages=context.voice.languages)]
        answer = _plan(message, context, found, (own, *more), None).answer
        if room.count(answer) <= room.most - ROOM_FOR_A_GREETING:
            further = more
    return further


def _plan(
    message: InboundMessage,
    context: PipelineContext,
    found: Retrieved,
    templates: Sequence[ReplyTemplate],
    instruction: str | None,
    reading: ReplyReading = NOTHING_READ,
) -> SentencePlan:
    """Which sentences answer, by the encoder of the templates; what a person asks to be changed may name more.

    Of several templates each is asked what led to it; of one, the whole message and each question in it.
    """
    questions = {
        template.id: [each.text for each in found.asked if each.match and each.match.template_id == template.id]
        for template in templates
    }
    every = [message.text, *(each.text for each in found.asked)]
    return plan_of(
        [(template, [*(questions[template.id] if len(templates) > 1 else every)] or every) for template in templates],
        context.index.encoder,
        reading=reading,
        wish=read_wish(instruction),
    )


def _direct_answer(assignment: Assignment) -> DirectAnswer:
    reading = assignment.plan.reading if assignment.plan else NOTHING_READ
    return DirectAnswer(yes=round(reading.yes, 3), no=round(reading.no, 3))


def _reading_of(template: ReplyTemplate, message: InboundMessage, context: PipelineContext) -> ReplyReading:
    """What the reader makes of the template's reply to this message; nothing without a reader."""
    if context.reranker is None:
        return NOTHING_READ
    return read_reply(context.reranker.reader, message.text, title=template.title, reply=template.rendered_reply)


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
