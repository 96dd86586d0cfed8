"""Changing a policy: a new version, what it shows and hides, and what it calls back."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.errors import Conflict, InvalidInput, VersionConflict
from replyassist.core.jobs import JobQueue
from replyassist.core.security import Permission
from replyassist.faq.service import templates_in_use

from ..transitions import CLAIMED_IN
from . import repository
from .models import PolicyVersion
from .policy import Policy
from .recalling import recall, recalls_of
from .rules import is_for_leads, policy_item

LONGEST_NOTE = 500


def save_policy(
    session: Session,
    principal: Principal,
    brand_id: str,
    policy: Policy,
    *,
    seen: int,
    note: str = "",
    may_recall: int | None = None,
    jobs: JobQueue,
    now: datetime,
) -> tuple[PolicyVersion, int]:
    """Make this the brand's policy from now on; ``seen`` is the number of the version that it replaces (0: none).

    Open items show themselves or hide at once; approvals that it no longer allows go back to the queue, unless their
    sending has begun. Returns the version and how many went back. Raises Forbidden, NotFound, InvalidInput,
    VersionConflict when somebody else changed it meanwhile, and Conflict with ``recalls``, how many would go back,
    where that is more than ``may_recall`` (None: any number).
    """
    principal.require_for(Permission.POLICIES_WRITE, brand_id)
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"a note has at most {LONGEST_NOTE} characters", field="note")
    repository.lock_brand(session, brand_id)
    newest = repository.versions_of(session, brand_id, before=None, limit=1)
    number = newest[0].number if newest else 0
    if number != seen:
        raise VersionConflict(f"you saw version {seen} of the policy, it is at version {number} now", number=number)
    version = PolicyVersion(
        brand_id=brand_id,
        number=number + 1,
        policy=policy,
        note=note,
        author_id=principal.user_id,
        author=principal.name,
        created_at=now,
    )
    recalls = recalls_of(session, brand_id, policy)
    if may_recall is not None and len(recalls) > may_recall:
        raise Conflict("this policy calls back approved replies that are not sent yet", recalls=len(recalls))
    session.add(version)
    session.flush()
    _show_and_hide(session, brand_id, policy)
    return version, len(recall(session, principal, recalls, jobs=jobs, now=now))


def _show_and_hide(session: Session, brand_id: str, policy: Policy) -> None:
    for items in repository.items_in(session, brand_id, [status.value for status in CLAIMED_IN]):
        keys = {(brand_id, used.id) for item in items for used in item.proposal.used_templates}
        templates = templates_in_use(session, keys).values() if keys else ()
        hidden = {
            item.id or 0: is_for_leads(policy, policy_item(item.proposal, item.channel, templates)) for item in items
        }
        changed = [item.id or 0 for item in items if item.is_for_leads != hidden[item.id or 0]]
        for is_hidden in (True, False):
            if ids := [item_id for item_id in changed if hidden[item_id] is is_hidden]:
                repository.mark_for_leads(session, ids, is_for_leads=is_hidden)
