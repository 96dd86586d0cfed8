"""What a card shows of an item, as Slack's blocks (docs.slack.dev/reference/block-kit). All text is plain: a stranger's
words become no markup and no mention."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session

from replyassist.core.accounts import User
from replyassist.core.digests import text_digest
from replyassist.delivery.notes import findings_of, sources_of
from replyassist.guardrails import Verdict
from replyassist.inbox.service import load
from replyassist.review.models import OPEN, ReviewItem, ReviewStatus

APPROVE, OPEN_PAGE = "approve", "open"
LONGEST_SECTION = 3000  # characters of a section's text
LONGEST_CONTEXT = 2000  # ours: a context element's limit is not documented
_STANDS = {
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
Block = dict[str, Any]


@dataclass(frozen=True)
class ShownVersion:
    """What a button stands for: the item, the version and the digest of the draft that the card showed."""

    item: int
    version: int
    digest: str

    @classmethod
    def of(cls, item: ReviewItem) -> ShownVersion:
        """As the item stands now."""
        return cls(item.id or 0, item.version, text_digest(item.draft))

    @classmethod
    def read(cls, value: str) -> ShownVersion:
        """What a button brought back. Raises ValueError, KeyError and TypeError for another shape."""
        told = json.loads(value)
        return cls(int(told["item"]), int(told["version"]), str(told["digest"]))

    @property
    def value(self) -> str:
        """What goes into a button."""
        return json.dumps(asdict(self))


def card_of(session: Session, item: ReviewItem, *, public_url: str) -> Mapping[str, Any]:
    """The arguments of a message: a line for notifications, and the blocks."""
    heading = f"{item.author} on {item.channel}"
    blocks = [_context(f"{heading} · {item.brand_id}")]
    words = state_of(session, item)
    if item.is_for_leads or item.status == ReviewStatus.WITHDRAWN:  # its words are not for this channel any more
        return {"text": heading, "blocks": [*blocks, _context(words or "Only leads see this.")]}
    stored = load(session, item.message_id)
    blocks += [_section(stored.text or "(no words)"), _context("Draft"), _section(item.draft)]
    if sources := sources_of(item.proposal):
        blocks.append(_context("Sources: " + "; ".join(sources)))
    if findings := findings_of(item.proposal):
        blocks.append(_section("Check before sending:\n" + "\n".join(f"• {each}" for each in findings)))
    if words:
        blocks.append(_context(words))
    if buttons := _buttons(item, public_url, is_whole=_fits(stored.text) and _fits(item.draft)):
        blocks.append({"type": "actions", "elements": buttons})
    return {"text": f"{heading}: a draft to decide", "blocks": blocks}


def state_of(session: Session, item: ReviewItem) -> str:
    """How the item stands, in a sentence; empty while it waits to be decided."""
    decider = session.get(User, item.decided_by) if item.decided_by else None
    words = _STANDS.get(ReviewStatus(item.status), "").format(who=decider.name if decider else "somebody")
    if item.status in OPEN and item.is_redrafting:
        return "Another draft is being made."
    return words or (item.notice or "")


def may_be_approved(item: ReviewItem) -> bool:
    """Whether a card offers to approve the draft: what the checks block is looked at in the console."""
    is_open = item.status in OPEN and not item.is_redrafting and not item.is_for_leads
    return bool(item.draft) and is_open and item.verdict != Verdict.BLOCKED


def _buttons(item: ReviewItem, public_url: str, *, is_whole: bool) -> list[Block]:
    buttons = []
    if is_whole and may_be_approved(item):  # nobody approves what the card cuts off
        approve = _button(APPROVE, "Approve") | {"style": "primary", "value": ShownVersion.of(item).value}
        buttons.append(approve)
    if public_url:
        buttons.append(_button(OPEN_PAGE, "Open in console") | {"url": f"{public_url.rstrip('/')}/queue/{item.id}"})
    return buttons


def _button(action: str, words: str) -> Block:
    return {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": words}}


def _fits(text: str) -> bool:
    return len(text) <= LONGEST_SECTION


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text, LONGEST_SECTION)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text, LONGEST_CONTEXT)]}


def _plain(text: str, longest: int) -> Block:
    shown = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return {"type": "plain_text", "text": shown, "emoji": False}
