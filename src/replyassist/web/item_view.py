"""Gathers all that the page of one item shows: context, reasons, templates, the text with its findings, history."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session

from replyassist.brands.room import Room
from replyassist.core.accounts import Principal
from replyassist.core.entailment import Entailment
from replyassist.core.language import detect_language
from replyassist.core.security import Permission
from replyassist.delivery.outlook import Outlook, outlook
from replyassist.faq.models import LearnedExampleRow
from replyassist.faq.repository.learned import examples_of_item
from replyassist.guardrails.direct_answers import NO, YES, with_answer
from replyassist.proposal import BY_TEMPLATE, Candidate, Proposal
from replyassist.retrieval.confidence import Band, band_of
from replyassist.retrieval.index import TemplateMatch
from replyassist.review import repository as reviews
from replyassist.review.conversation import ThreadLine as ConversationLine
from replyassist.review.conversation import conversation_lines
from replyassist.review.corrections import repository as corrections
from replyassist.review.corrections.models import KindCorrectionRow
from replyassist.review.models import AuditEntry, ReviewItem
from replyassist.review.policies.models import ProposedApproval
from replyassist.review.repository import clusters as cluster_rows
from replyassist.review.repository.approved import send_times
from replyassist.review.surroundings import Surroundings, surroundings
from replyassist.triage.models import Risk

from . import repository
from .abilities import Abilities, abilities
from .check_view import DraftCheck, check_view, room_for, unchecked
from .language import gettext
from .later import offered
from .policy_gate import proposed_text
from .rendering import Segment, find_words, segments
from .repository import AnsweredMessage, Earlier
from .seeded_drafts import as_if_unseeded, seeded_text
from .unsaid import UnsaidSentence, unsaid_sentences

EARLIER_SHOWN = 10
LEARNED_IN = "en"
"""The language in which the reader learned yes and no, and in which they are said."""
MAY_WANT_AN_ANSWER = 0.5
"""Probability of a plain yes or no from which the editor offers to open with it."""
_URL_FIELDS = ("permalink", "permalink_url", "post_url", "url", "link")
"""Where platforms and connectors put the address of a post in a message's metadata."""
_GIVEN = ("handed_back", "hand_back_undone", "escalated", "approved", "edited_and_approved", "rejected")
_LONGEST_URL = 2000


@dataclass(frozen=True)
class ThreadLineView:
    """One line of the conversation with its risky words marked, and the item of a message that is not this one's."""

    said: ConversationLine
    text: list[Segment]
    answer: AnsweredMessage | None


@dataclass(frozen=True)
class TemplateChoice:
    """A template that may answer; ``percent`` is how sure it is to answer, 0 to 100."""

    match: TemplateMatch
    percent: int
    is_used: bool


@dataclass(frozen=True)
class MarkedCandidate:
    """Another text that was considered."""

    candidate: Candidate
    segments: list[Segment]


@dataclass(frozen=True)
class ItemView:
    """Everything on the page of one item; ``asked_by``: so many undecided messages ask the same, with this one.
    ``time_zone``: the brand's. ``send_at``: when it is to be sent, where that is still to come; ``offered``: as of
    ``later.offered``."""

    item: ReviewItem
    brand_name: str
    author: str
    handle: str | None
    visibility: str
    posted_at: datetime
    parent_text: str | None
    answered_text: str | None
    post_url: str
    earlier: list[Earlier]
    lines: list[ThreadLineView]
    others: list[ThreadLineView]
    proposal: Proposal
    templates: list[TemplateChoice]
    candidates: list[MarkedCandidate]
    text: str
    shown_draft: str
    restored: bool
    check: DraftCheck
    may: Abilities
    claimer: str | None
    room: Room
    history: list[AuditEntry]
    learned: list[LearnedExampleRow]
    may_teach: bool
    correction: KindCorrectionRow | None
    proposed: ProposedApproval | None
    outlook: Outlook
    asked_by: int
    time_zone: str
    send_at: datetime | None
    offered: tuple[str, ...]

    @property
    def threshold_percent(self) -> int:
        """How sure it had to be, for the bar."""
        return _percent(self.proposal.threshold)

    @property
    def used(self) -> frozenset[str]:
        """Ids of the templates that the draft stands on."""
        return frozenset(template.id for template in self.proposal.used_templates)

    @property
    def direct_answers(self) -> list[tuple[str, str]]:
        """ "Yes" and "No", each with the draft that opens with it; only where one may be wanted and neither is said.

        Which of them is right is for the person to read: the reader is no judge of it (decision 0041).
        """
        told = self.proposal.direct_answer
        if told.yes + told.no < MAY_WANT_AN_ANSWER or detect_language(self.shown_draft) != LEARNED_IN:
            return []
        versions = [(word, with_answer(self.shown_draft, word)) for word in (YES, NO)]
        return versions if all(text != self.shown_draft for _, text in versions) else []

    @property
    def unsaid(self) -> list[UnsaidSentence]:
        """What the templates of the draft say and it does not; nothing where a model worded it in its own way."""
        if self.proposal.drafted_by != BY_TEMPLATE:
            return []
        return unsaid_sentences(self.item.draft or "", (each.match.reply for each in self.templates if each.is_used))

    @property
    def band(self) -> Band:
        """What the sureness of the first template means."""
        best = self.templates[0].match.probability if self.templates else 0.0
        proposal = self.proposal
        return band_of(best, threshold=proposal.threshold, abstained=proposal.abstained or not self.templates)

    @property
    def escalation(self) -> AuditEntry | None:
        """Who escalated the item and why, while it is escalated."""
        if self.item.status != "escalated":
            return None
        return next((entry for entry in reversed(self.history) if entry.act == "escalated"), None)

    @property
    def handed_back(self) -> AuditEntry | None:
        """Who handed the item back and with which words, until somebody decides."""
        acts = [entry for entry in self.history if entry.act in _GIVEN]
        return acts[-1] if acts and acts[-1].act == "handed_back" and self.item.status == "pending" else None

    @property
    def last_event(self) -> AuditEntry | None:
        """What happened last."""
        return self.history[-1] if self.history else None


def item_view(
    session: Session,
    principal: Principal,
    item: ReviewItem,
    *,
    now: datetime,
    typed: str | None = None,
    entailment: Entailment | None = None,
) -> ItemView:
    """The page of an item; ``typed`` is a text that the person had in the editor and must not lose."""
    around = surroundings(session, item)
    stored, brand = around.stored, around.brand
    proposal = item.proposal
    claimer = claimer_of(session, principal, item, now=now)
    may = abilities(item, principal, claimer=claimer)
    seeded = seeded_text(session, principal, item, around) if may.is_open else ""
    shown = seeded or item.draft
    text = typed if typed is not None else (item.final_text or proposed_text(item, around) or shown)
    lines, others = _conversation(session, around, proposal.triage.risks)
    ahead = outlook(session, stored, text)
    send_at = send_times(session, [item]).get(item.id or 0)
    return ItemView(
        item=item,
        brand_name=brand.name,
        author=stored.author.name or stored.author.handle or gettext("Somebody"),
        handle=stored.author.handle,
        visibility=stored.conversation.visibility,
        posted_at=stored.message.posted_at,
        parent_text=stored.conversation.parent_text,
        answered_text=stored.message.answered_text,
        post_url=post_url(stored.message.attributes) or post_url({"url": stored.conversation.external_id}),
        earlier=repository.others_of_author(session, stored.message, limit=EARLIER_SHOWN),
        lines=lines,
        others=others,
        proposal=proposal,
        templates=[
            TemplateChoice(
                match, _percent(match.probability), match.template_id in {used.id for used in proposal.used_templates}
            )
            for match in proposal.templates
        ],
        candidates=[
            MarkedCandidate(candidate, segments(candidate.text, candidate.findings))
            for candidate in proposal.candidates
            if candidate.text != item.draft
        ],
        text=text,
        shown_draft=shown,
        restored=typed is not None and typed.strip() != shown,
        check=as_if_unseeded(
            check_view(principal, item, item.draft if text == seeded else text, around, now=now, entailment=entailment),
            shown=text if seeded and text == seeded else "",
            room=room_for(around),
        )
        if may.is_open
        else unchecked(text),
        may=may,
        claimer=claimer,
        room=room_for(around),
        history=reviews.audit_of(session, item.id or 0),
        learned=examples_of_item(session, item.id or 0),
        may_teach=principal.may(Permission.EXAMPLES_WRITE),
        correction=corrections.of_message(session, item.message_id),
        proposed=around.proposed if may.is_open else None,
        outlook=ahead,
        asked_by=_asked_by(session, item, now=now),
        time_zone=brand.time_zone,
        send_at=send_at if send_at and send_at > now else None,
        offered=offered(brand, closes_at=ahead.closes_at, now=now),
    )


def post_url(metadata: Mapping[str, Any]) -> str:
    """Where a message stands on its platform: the first https address under one of the usual names, else empty."""
    for field_name in _URL_FIELDS:
        url = metadata.get(field_name)
        if not isinstance(url, str) or len(url) > _LONGEST_URL or re.search(r"[\s\x00-\x1f]", url):
            continue
        try:
            parts = urlsplit(url)
        except ValueError:
            continue
        if parts.scheme == "https" and parts.hostname and "@" not in parts.netloc:
            return url
    return ""


def claimer_of(session: Session, principal: Principal, item: ReviewItem, *, now: datetime) -> str | None:
    """The name of somebody else who works on the item right now."""
    is_leased = item.claimed_until is not None and item.claimed_until > now
    if item.claimed_by is None or not is_leased or item.claimed_by == principal.user_id:
        return None
    return repository.user_names(session, [item.claimed_by]).get(item.claimed_by, gettext("Somebody"))


def _asked_by(session: Session, item: ReviewItem, *, now: datetime) -> int:
    if item.cluster_id is None:
        return 1
    return cluster_rows.sizes(session, [item.cluster_id], now=now).get(item.cluster_id, 1)


def _conversation(
    session: Session, around: Surroundings, risks: Sequence[Risk]
) -> tuple[list[ThreadLineView], list[ThreadLineView]]:
    """The lines that matter, and beside them other people's comments under a public post."""
    stored = around.stored
    answers = repository.answers(session, stored.message.conversation_id)
    words = [(risk.excerpt, risk.explanation) for risk in risks]
    touching = {event.id for event in around.events} | {part.id for part in stored.parts}
    mine: list[ThreadLineView] = []
    others: list[ThreadLineView] = []
    for said in conversation_lines(session, stored, around.sent):
        text = segments(said.text, find_words(said.text, words) if said.is_this else [])
        line = ThreadLineView(said, text, None if said.is_this else answers.get(said.message_id or 0))
        is_near = said.is_same_author or said.message_id in touching or said.answers_id in touching
        (mine if is_near or stored.conversation.visibility == "private" else others).append(line)
    return mine, others


def _percent(score: float) -> int:
    return round(100 * min(1.0, max(0.0, score)))
