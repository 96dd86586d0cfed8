"""``/policies/{brand}``: what each role may send, what needs two people, and what only leads see."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from replyassist.brands.service import get_brand
from replyassist.core.errors import Conflict, InvalidInput, NotFound, ReplyassistError
from replyassist.core.http import DatabaseDep, SignedInDep
from replyassist.core.security import Permission
from replyassist.guardrails import Verdict
from replyassist.review.policies import repository
from replyassist.review.policies.changing import save_policy
from replyassist.review.policies.policy import Policy
from replyassist.review.policies.service import restored
from replyassist.triage.kinds import Kind

from .lead.brand_choice import visible_brands
from .pages import PageRoute, see_other
from .policy_form import FIELDS, GROUPS, FieldLook, policy_from, values_of
from .rendering import typed
from .visits import ActingVisitDep, RefusedAct, Visit, VisitDep

POLICIES = "/policies"
VERSIONS_SHOWN = 20
router = APIRouter(prefix=POLICIES, route_class=PageRoute, include_in_schema=False)
BrandId = Annotated[str, Path(max_length=60)]
Number = Annotated[int, Form(ge=0, le=2**31 - 1)]
"""The number of a version; 0 is the empty policy."""
AnInteger = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


async def _form(request: Request) -> FormData:
    return await request.form()


FormDep = Annotated[FormData, Depends(_form)]


@router.get("")
def show_first(principal: SignedInDep, database: DatabaseDep) -> Response:
    """The policy of the first brand of this person."""
    principal.require(Permission.QUEUE_READ)
    with database.reading() as session:
        brands = [brand.id for brand in visible_brands(session, principal)]
    if not brands:
        raise NotFound("You have no brand yet.")
    return see_other(f"{POLICIES}/{brands[0]}")


@router.get("/{brand}")
def show_policy(
    visit: VisitDep,
    brand: BrandId,
    version: AnInteger = None,
    before: AnInteger = None,
    done: Annotated[str, Query(max_length=10)] = "",
    recalled: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """The policy of a brand; ``version`` fills the form from an earlier one, ``before`` pages through versions."""
    is_done = done == "saved"
    return _page(visit, brand, version=version, before=before, is_done=is_done, recalled=recalled)


@router.post("/{brand}")
def save(
    visit: ActingVisitDep,
    brand: BrandId,
    form: FormDep,
    seen: Number = 0,
    note: Annotated[str, Form(max_length=2000)] = "",
    may_recall: Number = 0,
) -> Response:
    """Make what the form holds the policy from now on.

    Where it calls approvals back, the page says how many first; ``may_recall`` is the number that was confirmed.
    """
    try:
        policy = _policy(form)
        with visit.database.writing() as session:
            _, recalled = save_policy(
                session,
                visit.principal,
                brand,
                policy,
                seen=seen,
                note=typed(note).strip(),
                may_recall=may_recall,
                jobs=visit.request.app.state.jobs,
                now=visit.now,
            )
    except NotFound:
        raise
    except ReplyassistError as error:
        asked = int(error.extra.get("recalls", 0))
        refused = None if asked else RefusedAct("", error)
        return _page(visit, brand, refused=refused, recalls=asked, form=form)
    more = f"&recalled={recalled}" if recalled else ""
    return see_other(f"{POLICIES}/{brand}?done=saved{more}")


def _policy(form: FormData) -> Policy:
    try:
        return policy_from({name: [typed(str(value)) for value in form.getlist(name)] for name in form})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if not isinstance(part, int))
        label = FIELDS[place].label if place in FIELDS else place
        raise InvalidInput(f"{label}: {first['msg']}", field=place) from None


def _page(
    visit: Visit,
    brand_id: str,
    *,
    version: int | None = None,
    before: int | None = None,
    is_done: bool = False,
    recalled: int = 0,
    recalls: int = 0,
    refused: RefusedAct | None = None,
    form: FormData | None = None,
) -> Response:
    visit.principal.require_for(Permission.QUEUE_READ, brand_id)
    with visit.database.reading() as session:
        brand = get_brand(session, brand_id)
        brands = visible_brands(session, visit.principal)
        newest = repository.versions_of(session, brand_id, before=None, limit=1)
        policy = restored(session, brand_id, version) if version else (newest[0].policy if newest else Policy())
        versions = repository.versions_of(session, brand_id, before=before, limit=VERSIONS_SHOWN + 1)
    context: dict[str, Any] = {"brand": brand, "brands": brands, "versions": versions[:VERSIONS_SHOWN]}
    return visit.page(
        "policies.html",
        status=Conflict.status if recalls else refused.error.status if refused else 200,
        may_change=visit.principal.may(Permission.POLICIES_WRITE),
        fields=list(FIELDS.values()),
        groups=GROUPS,
        values=values_of(policy) if form is None else {name: form.getlist(name) for name in form},
        choices={
            FieldLook.KINDS: [kind.value for kind in Kind],
            FieldLook.VERDICTS: [verdict.value for verdict in Verdict],
        },
        number=newest[0].number if newest else 0,
        shown=version,
        older=versions[VERSIONS_SHOWN - 1].number if len(versions) > VERSIONS_SHOWN else None,
        is_done=is_done,
        recalled=recalled,
        recalls=recalls,
        refused=refused,
        **context,
    )
