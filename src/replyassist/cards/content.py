"""What a card shows of an item, as Slack's blocks (docs.slack.dev/reference/block-kit). All text is plain: a stranger's
words become no markup and no mention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from replyassist.brands.service import get_brand, voice_of
from replyassist.core.accounts import User
from replyassist.core.digests import document_digest, text_digest
from replyassist.delivery.notes import sources_of
from replyassist.guardrails import Finding, Severity, Verdict
from replyassist.inbox.threads import StoredMessage
from replyassist.review.checking import shown
from replyassist.review.models import OPEN, ReviewItem, ReviewStatus
from replyassist.review.permits import ASKS
from replyassist.review.reasons import ESCALATE_REASONS, OTHER, REJECT_REASONS
from replyassist.review.repository.approved import send_times
from replyassist.review.surroundings import surroundings
from replyassist.wording.attachment_words import ATTACHMENTS
from replyassist.wording.catalogues import gettext
from replyassist.wording.finding_words import finding_words

APPROVE, REJECT, ESCALATE, OPEN_PAGE = "approve", "reject", "escalate", "open"
REASONS = {reason: label for reason, label in REJECT_REASONS.items() if reason != OTHER}
"""Why a draft is rejected, as recorded and as shown; what needs words of one's own is done in the console."""
LONGEST_SECTION = 3000  # characters of a section's text
LONGEST_CONTEXT = 2000  # ours: a context element's limit is not documented
STANDS = {
    ReviewStatus.APPROVED: "Approved by {who}. It is sent shortly.",
    ReviewStatus.SENDING: "Approved by {who}. It is being sent.",
    ReviewStatus.SENT: "Approved by {who}, and sent.",
    ReviewStatus.REJECTED: "Rejected by {who}.",
    ReviewStatus.ESCALATED: "Escalated: a lead decides.",
    ReviewStatus.FAILED: "It could not be sent. Open it in the console.",
    ReviewStatus.UNCERTAIN: "Nobody knows whether it was sent. Open it in the console.",
    ReviewStatus.EXPIRED: "Nobody decided in time.",
    ReviewStatus.WITHDRAWN: "There is nothing to decide any more.",
}
LATER = "Approved by {who}, to be sent on {time}."
Block = dict[str, Any]


@dataclass(frozen=True)
class ShownVersion:
    """What a card's buttons stand for: the item, the version, and the digests of the draft that it showed and of the
    findings that leave something to do (``asks_of``)."""

    item: int
    version: int
    digest: str
    asks: str

    @classmethod
    def of(cls, item: ReviewItem, findings: Iterable[Finding]) -> ShownVersion:
        """As the item stands now, with these findings."""
        return cls(item.id or 0, item.version, text_digest(item.draft), asks_of(findings))

    def is_of(self, item: ReviewItem) -> bool:
        """Whether version and draft are still those; findings come and go without either."""
        return (self.item, self.version, self.digest) == (item.id, item.version, text_digest(item.draft))

    @classmethod
    def read(cls, block: str) -> ShownVersion:
        """What a press brought back. Raises ValueError for another shape."""
        item, version, digest, asks = block.split(":")
        return cls(int(item), int(version), digest, asks)

    @property
    def block(self) -> str:
        """The id of the block of buttons: a press brings it back, and each version of a card has another."""
        return f"{self.item}:{self.version}:{self.digest}:{self.asks}"


def asks_of(findings: Iterable[Finding]) -> str:
    """A digest of the findings that a person confirms by approving, 64 hex digits."""
    return document_digest(sorted(finding.key for finding in findings if finding.severity in ASKS))


def card_of(session: Session, item: ReviewItem, *, public_url: str, now: datetime) -> Mapping[str, Any]:
    """The arguments of a message in the reader's language: a line for notifications, and the blocks."""
    heading = gettext("{author} on {channel}").format(author=item.author, channel=item.channel)
    blocks = [_context(f"{heading} · {item.brand_id}")]
    words = state_of(session, item)
    if item.is_for_leads or item.status == ReviewStatus.WITHDRAWN:  # its words are not for this channel any more
        return {"text": heading, "blocks": [*blocks, _context(words or gettext("Only leads see this."))]}
    around = surroundings(session, item)
    verdict, findings = shown(item, around, now=now)
    said, listed = _said(around.stored), _listed(findings)
    blocks += [_section(text) for text in said]
    if item.draft:
        blocks += [_context(gettext("Draft")), _section(item.draft)]
    if sources := sources_of(item.proposal):
        blocks.append(_context(f"{gettext('Sources:')} {'; '.join(sources)}"))
    if listed:
        blocks.append(_section(listed))
    if words:
        blocks.append(_context(words))
    is_whole = all(map(_fits, (*said, item.draft, listed)))
    if acts := _acts(item, public_url, is_whole=is_whole, is_blocked=verdict is Verdict.BLOCKED):
        blocks.append({"type": "actions", "block_id": ShownVersion.of(item, findings).block, "elements": acts})
    return {"text": gettext("{heading}: a draft to decide").format(heading=heading), "blocks": blocks}


def _said(stored: StoredMessage) -> list[str]:
    """The post above, what is answered, the message, and what hangs on it: a text for each that there is."""
    post, answered = stored.conversation.parent_text, stored.message.answered_text
    attached = [
        f"• {gettext(ATTACHMENTS[each.kind])}: {f'“{each.alt_text}” ' if each.alt_text else ''}{each.url or ''}"
        for each in stored.attachments
    ]
    return [
        *([f"{gettext('The post')}\n{post}"] if post else []),
        *([f"{gettext('In answer to')}\n{answered}"] if answered else []),
        stored.text or gettext("(no words)"),
        *(["\n".join((gettext("Attached"), *attached))] if attached else []),
    ]


def _listed(findings: Sequence[Finding]) -> str:
    """What a person should look at, a line for each finding; empty for nothing."""
    lines = [f"• {finding_words(each.explanation)}" for each in findings if each.severity is not Severity.INFO]
    return "\n".join((gettext("Check before sending:"), *lines)) if lines else ""


def language_of(session: Session, brand_id: str) -> str:
    """The language of a brand's cards: the first that its voice speaks."""
    return voice_of(get_brand(session, brand_id)).languages[0]


def state_of(session: Session, item: ReviewItem) -> str:
    """How the item stands, in a sentence of the reader's language; empty while it waits to be decided."""
    decider = session.get(User, item.decided_by) if item.decided_by else None
    words = gettext(STANDS.get(ReviewStatus(item.status), ""))
    if item.status in OPEN and item.is_redrafting:
        return gettext("Another draft is being made.")
    who, time = decider.name if decider else gettext("somebody"), ""
    if item.status == ReviewStatus.APPROVED and (at := send_times(session, [item]).get(item.id or 0)):
        words, zone = gettext(LATER), get_brand(session, item.brand_id).time_zone
        time = f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"
    return words.format(who=who, time=time) or gettext(item.notice or "")


def may_be_approved(item: ReviewItem) -> bool:
    """Whether a card offers to approve the draft: what the checks block is looked at in the console."""
    return bool(item.draft) and _is_open(item) and item.verdict != Verdict.BLOCKED


def _is_open(item: ReviewItem) -> bool:
    return item.status in OPEN and not item.is_redrafting and not item.is_for_leads


def _acts(item: ReviewItem, public_url: str, *, is_whole: bool, is_blocked: bool) -> list[Block]:
    """What can be done; nobody approves or rejects what the card cuts off."""
    acts = []
    if is_whole and not is_blocked and may_be_approved(item):
        acts.append(_button(APPROVE, gettext("Approve")) | {"style": "primary"})
    if is_whole and _is_open(item):
        acts.append(_menu(REJECT, gettext("Reject …"), REASONS))
    if _is_open(item) and item.status != ReviewStatus.ESCALATED:
        acts.append(_menu(ESCALATE, gettext("Escalate …"), {each: each for each in ESCALATE_REASONS}))
    if public_url:
        acts.append(
            _button(OPEN_PAGE, gettext("Open in console")) | {"url": f"{public_url.rstrip('/')}/queue/{item.id}"}
        )
    return acts


def _button(action: str, words: str) -> Block:
    return {"type": "button", "action_id": action, "text": _words(words)}


def _menu(action: str, words: str, options: Mapping[str, str]) -> Block:
    """A menu of values with their words; what is picked is a press."""
    offered = [{"text": _words(gettext(label)), "value": value} for value, label in options.items()]
    return {"type": "static_select", "action_id": action, "placeholder": _words(words), "options": offered}


def _words(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def _fits(text: str) -> bool:
    return len(text) <= LONGEST_SECTION


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text, LONGEST_SECTION)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text, LONGEST_CONTEXT)]}


def _plain(text: str, longest: int) -> Block:
    shown = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return {"type": "plain_text", "text": shown, "emoji": False}
