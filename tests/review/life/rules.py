"""What must hold: before a reply is sent, and after every step."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, func, select

from replyassist.brands.service import get_brand
from replyassist.channels import OutgoingReply
from replyassist.core.accounts import PERSON, User
from replyassist.delivery.models import Delivery, DeliveryStatus
from replyassist.inbox.models import Direction, Message, MessageStatus
from replyassist.review.checking import assess, refresh_verdict
from replyassist.review.models import Approval, AuditEntry, ReviewItem, ReviewStatus
from replyassist.review.repository import audit_of
from replyassist.review.standing import TEMPLATE_CHANGED, unusable_templates
from replyassist.review.surroundings import surroundings
from replyassist.review.views import detail, summaries
from replyassist.web.check_view import check_view

from .stage import Stage, seen_now

LEFT = (ReviewStatus.SENDING, ReviewStatus.SENT)
OPEN = (ReviewStatus.PENDING, ReviewStatus.ESCALATED)


def before_sending(stage: Stage, reply: OutgoingReply) -> None:
    """A person approved exactly this, nothing they did not see has happened since, and nobody has it yet."""
    with stage.world.database.reading() as session:
        delivery = session.exec(select(Delivery).where(Delivery.idempotency_key == reply.key)).one()
        approval = session.get_one(Approval, delivery.approval_id)
        item = session.get_one(ReviewItem, approval.review_item_id)
        assert session.get_one(User, approval.approver_id).kind == PERSON
        assert approval.text == reply.text, "another text than the approved one"
        now = stage.world.clock.now()
        assert approval.send_at is None or approval.send_at <= now, "earlier than a person wanted"
        assert (item.status, item.approval_id) == (ReviewStatus.SENDING, approval.id), "an approval not in force"
        sent = session.exec(
            select(Delivery).where(Delivery.review_item_id == item.id, Delivery.status == DeliveryStatus.SENT)
        ).all()
        assert not sent, "the item was answered already"
        then, sees = stage.seen[approval.id or 0], seen_now(session, item)
        assert sees.parts == then.parts, "the message is not what the approver saw"
        assert not all(is_deleted for _, _, is_deleted in sees.parts), "the message is gone"
        assert sees.later <= then.later, "the author wrote again"
        assert sees.templates == then.templates, "a template is not what the approver saw"
        assert sees.voice == then.voice
        unusable = unusable_templates(item, surroundings(session, item), now=now)
        assert set(unusable) <= set(approval.bound_to["templates_unusable"]), "a template may not be used here"


def after_a_step(stage: Stage, moved: Collection[int], looked_at: Collection[int]) -> None:
    """Nothing reached anybody twice, every message has its place, and items say the same wherever they are read."""
    keys = [reply.key for reply in stage.platform.landed]
    assert len(set(keys)) == len(keys), "a reply reached its author twice"
    with stage.world.database.reading() as session:
        _messages_have_their_place(session)
        _moves_are_audited(session)
        for item_id in {*moved, *looked_at}:
            _holds_together(session, session.get_one(ReviewItem, item_id))
        for item_id in looked_at:
            _says_the_same_everywhere(stage, session, session.get_one(ReviewItem, item_id))


def _messages_have_their_place(session: Session) -> None:
    items = set(session.exec(select(ReviewItem.message_id)))
    left = session.exec(select(ReviewItem.id).where(col(ReviewItem.status).in_(LEFT)))
    echoed = set(session.exec(select(Message.echo_of_id).where(col(Message.echo_of_id).is_not(None))))
    assert echoed <= set(left), "a reply that may not have left hides what the platform shows"
    messages = {message.id: message for message in session.exec(select(Message))}
    for message in messages.values():
        is_its_own = message.direction == Direction.IN and message.part_of_id is None
        has_item = message.id in items
        assert has_item == (message.status == MessageStatus.QUEUED), f"message {message.id}"
        if not is_its_own:
            assert message.status == MessageStatus.KEPT, f"message {message.id}"
        elif message.status == MessageStatus.KEPT:
            parts = [part for part in messages.values() if message.id in (part.id, part.part_of_id)]
            assert all(part.deleted_at for part in parts), f"nobody will ever answer message {message.id}"
        if message.part_of_id is not None:
            first = messages[message.part_of_id]
            assert (first.part_of_id, first.author_id) == (None, message.author_id)


def _moves_are_audited(session: Session) -> None:
    rows = session.exec(
        select(ReviewItem.id, ReviewItem.version, func.count(col(AuditEntry.id)))
        .join(AuditEntry, col(AuditEntry.review_item_id) == col(ReviewItem.id))
        .where(AuditEntry.act != "noted")  # a note changes nothing of the item
        .group_by(col(ReviewItem.id), col(ReviewItem.version))
    )
    for item_id, version, count in rows:
        assert version == count, f"item {item_id} is at version {version} with {count} audit rows"


def _holds_together(session: Session, item: ReviewItem) -> None:
    status = ReviewStatus(item.status)
    audit = audit_of(session, item.id or 0)
    states = [entry.to_status for entry in audit]
    assert [entry.from_status for entry in audit] == [None, *states[:-1]]
    assert states[-1] == status
    is_bound = status in (ReviewStatus.APPROVED, ReviewStatus.SENDING, ReviewStatus.SENT)
    assert not is_bound or item.approval_id is not None
    assert status not in OPEN or (item.approval_id, item.final_text) == (None, None), "an approval outlives itself"


def _says_the_same_everywhere(stage: Stage, session: Session, item: ReviewItem) -> None:
    now, status = stage.world.clock.now(), ReviewStatus(item.status)
    whole = detail(session, item, now=now)
    assert any(line.is_this for line in whole.conversation), "an item without its message"
    if status in OPEN:
        assert not all(line.is_deleted for line in whole.conversation if line.is_this), "nothing to answer"
    verdicts = {whole.verdict, summaries(session, [item], now=now)[0].verdict}
    if item.draft and status in OPEN:
        around = surroundings(session, item)
        verdicts.add(assess(item, item.draft, around, now=now).verdict.value)
        live = check_view(stage.lead, item, item.draft, around, now=now)
        verdicts.add(live.verdict.value if live.verdict else None)
    assert len(verdicts) == 1, f"{verdicts}"
    is_old = item.draft and any(finding.rule == TEMPLATE_CHANGED for finding in whole.findings)
    if status in OPEN and not is_old and item.proposal.voice_version == get_brand(session, item.brand_id).voice_version:
        refresh_verdict(session, item, now=now)
        assert item.verdict == whole.verdict, f"the queue filters by {item.verdict}, the item says {whole.verdict}"
