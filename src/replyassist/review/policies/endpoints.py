"""``/v1/brands/{brand}/policy``: the rules of a brand; ``/v1/reviews/{id}/policy``: what they say of one text."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from replyassist.brands.service import get_brand
from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, PrincipalDep, ReadingDep, WritingDep
from replyassist.core.security import Permission

from .. import decisions
from ..checking import assess
from ..surroundings import surroundings
from . import repository
from .changing import LONGEST_NOTE, save_policy
from .models import PolicyVersion
from .policy import Policy
from .rules import policy_item, why_not, why_two

router = APIRouter(prefix="/v1/brands", tags=["policies"], responses=PROBLEM_RESPONSES)
item_router = APIRouter(prefix="/v1/reviews", tags=["policies"], responses=PROBLEM_RESPONSES)
BrandId = Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$", description="The brand, by its id.")]
MAX_VERSIONS = 100


class PolicyOut(BaseModel):
    """A version of a brand's policy; number 0 is the empty one, which nobody made."""

    number: int
    policy: Policy
    note: str = ""
    author: str = ""
    created_at: datetime | None = None


class ChangedPolicy(PolicyOut):
    """The version that was made, and how many approvals went back to the queue for it."""

    recalled: int


class PolicyBody(BaseModel):
    """The whole policy, and the number of the version that it replaces (0: none)."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"seen": 0, "policy": {"agents": {"channels": ["instagram"]}}, "note": "first week"}]
        },
    )
    seen: Annotated[int, Field(ge=0, le=2**31 - 1)]
    policy: Policy
    note: Annotated[str, Field(max_length=LONGEST_NOTE, pattern=r"^[^\x00]*$")] = ""
    may_recall: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class FirstApproval(BaseModel):
    """A first person's yes, which waits for a second."""

    by: str
    text: str
    why: str
    send_at: datetime | None
    created_at: datetime


class TextPolicy(BaseModel):
    """What the policy says of the item's draft, for who asks: ``why_not`` and ``why_two`` are empty for no rule."""

    why_not: str
    why_two: str
    first_approval: FirstApproval | None


@router.get("/{brand}/policy")
def read_policy(*, brand: BrandId, principal: PrincipalDep, session: ReadingDep) -> PolicyOut:
    """What counts now."""
    principal.require_for(Permission.QUEUE_READ, brand)
    get_brand(session, brand)
    newest = repository.versions_of(session, brand, before=None, limit=1)
    return _out(newest[0]) if newest else PolicyOut(number=0, policy=Policy())


@router.put("/{brand}/policy")
def change_policy(
    *,
    request: Request,
    brand: BrandId,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
    body: PolicyBody,
) -> ChangedPolicy:
    """Make another version; it counts from the next approval on.

    Approvals that it no longer allows and that are not being sent yet go back to the queue. With ``may_recall`` the
    change is refused (409, ``recalls`` says how many) where that would be more.
    """
    version, recalled = save_policy(
        session,
        principal,
        brand,
        body.policy,
        seen=body.seen,
        note=body.note,
        may_recall=body.may_recall,
        jobs=request.app.state.jobs,
        now=clock.now(),
    )
    return ChangedPolicy(**_out(version).model_dump(), recalled=recalled)


@router.get("/{brand}/policy/versions")
def list_versions(
    *,
    brand: BrandId,
    principal: PrincipalDep,
    session: ReadingDep,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_VERSIONS)] = 20,
) -> list[PolicyOut]:
    """Versions, the newest first; ``before`` a number."""
    principal.require_for(Permission.QUEUE_READ, brand)
    return [_out(version) for version in repository.versions_of(session, brand, before=before, limit=limit)]


@item_router.get("/{item_id}/policy")
def read_text_policy(
    *,
    item_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    principal: PrincipalDep,
    session: ReadingDep,
    clock: ClockDep,
) -> TextPolicy:
    """What the policy says of the item's draft as it is."""
    item = decisions.visible_item(session, principal, item_id)
    around = surroundings(session, item)
    verdict = assess(item, item.draft, around, now=clock.now()).verdict if item.draft else None
    seen = policy_item(item.proposal, item.channel, around.templates, verdict)
    first = around.proposed
    return TextPolicy(
        why_not=why_not(around.policy, principal, seen, item.draft),
        why_two=why_two(around.policy, seen, item.draft),
        first_approval=first
        and FirstApproval(
            by=first.proposer, text=first.text, why=first.why, send_at=first.send_at, created_at=first.created_at
        ),
    )


def _out(version: PolicyVersion) -> PolicyOut:
    return PolicyOut.model_validate(version, from_attributes=True)
