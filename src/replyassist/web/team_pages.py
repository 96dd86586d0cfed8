"""People, for leads and admins: who is there, invitations, roles and brands, and the end of sessions and accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Response
from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.accounts import team
from replyassist.core.accounts.links import GOOD_FOR, purpose_for
from replyassist.core.accounts.repository import brands_of, brands_of_many, events_of, identities_of
from replyassist.core.accounts.sessions import open_sessions
from replyassist.core.accounts.tokens import list_tokens
from replyassist.core.errors import ReplyassistError
from replyassist.core.security import PERMISSIONS, Role
from replyassist.review.pace.service import work_of

from . import people_words
from .lead.brand_choice import visible_brands
from .link_pages import hand_out
from .pages import PageRoute, see_other
from .rendering import typed
from .visits import ActingVisitDep, RefusedAct, Visit, VisitDep

TEAM = "/team"
router = APIRouter(prefix=TEAM, route_class=PageRoute, include_in_schema=False)

SHOWN = 50
EVENTS_SHOWN = 50
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
AnId = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Brands = Annotated[list[str] | None, Form()]
State = Literal["", "active", "inactive"]


@router.get("")
def show_team(
    visit: VisitDep,
    q: Annotated[str, Query(max_length=200)] = "",
    brand: Annotated[str, Query(max_length=60)] = "",
    state: State = "active",
    after: AnId = None,
) -> Response:
    """Who is there, by name."""
    return _list(visit, text=typed(q), brand=typed(brand), state=state, after=after)


@router.post("/invite")
def invite(
    visit: ActingVisitDep,
    email: Annotated[str, Form(max_length=254)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[Role, Form()] = Role.AGENT,
    brand: Brands = None,
) -> Response:
    """Make an account and show, this once, the link with which its owner sets a password."""
    brands, now = [typed(brand_id) for brand_id in brand or []], visit.now
    try:
        with visit.database.writing() as session:
            _require_known(session, brands)
            user, secret = team.invite(
                session, visit.principal, email=typed(email), name=typed(name), role=role, brands=brands, now=now
            )
    except ReplyassistError as error:
        form = {"email": typed(email), "name": typed(name), "role": role, "brands": brands}
        return _list(visit, refused=RefusedAct("invite", error), form=form)
    return _person(visit, user.key, link=hand_out(visit.request, user, secret))


@router.get("/{user_id:int}")
def show_person(
    visit: VisitDep,
    user_id: Id,
    done: Annotated[str, Query(max_length=20)] = "",
    before: AnId = None,
) -> Response:
    """One account: what it may, its sessions and tokens, and what was done to it (``before`` an event)."""
    return _person(visit, user_id, done=done, before=before)


@router.post("/{user_id:int}/access")
def change_access(
    visit: ActingVisitDep,
    user_id: Id,
    role: Annotated[Role, Form()],
    brand: Brands = None,
) -> Response:
    """Another role, other brands."""
    brands = [typed(brand_id) for brand_id in brand or []]

    def act(session: Session) -> None:
        _require_known(session, brands)
        team.change_access(session, visit.principal, user_id, role=role, brands=brands, now=visit.now)

    return _act(visit, user_id, act, done="access")


@router.post("/{user_id:int}/link")
def make_link(visit: ActingVisitDep, user_id: Id) -> Response:
    """Make another link that sets a password, and show it this once."""
    try:
        with visit.database.writing() as session:
            user, secret = team.send_link(session, visit.principal, user_id, now=visit.now)
    except ReplyassistError as error:
        return _person(visit, user_id, refused=RefusedAct("", error))
    return _person(visit, user_id, link=hand_out(visit.request, user, secret))


@router.post("/{user_id:int}/{act}")
def do_plain_act(
    visit: ActingVisitDep,
    user_id: Id,
    act: Annotated[str, Path(pattern="^(deactivate|activate|end-sessions|unlink)$")],
) -> Response:
    """An act that needs no more than its name."""
    acts: dict[str, tuple[Callable[..., None], str]] = {
        "deactivate": (team.deactivate, "deactivated"),
        "activate": (team.activate, "activated"),
        "end-sessions": (team.end_all_sessions, "sessions-ended"),
        "unlink": (team.remove_identities, "unlinked"),
    }
    do, done = acts[act]

    def run(session: Session) -> None:
        do(session, visit.principal, user_id, now=visit.now)

    return _act(visit, user_id, run, done=done)


@router.post("/{user_id:int}/tokens/{token_id}/revoke")
def revoke_token(visit: ActingVisitDep, user_id: Id, token_id: Id) -> Response:
    """Revoke one of their tokens."""

    def act(session: Session) -> None:
        team.revoke_token_of(session, visit.principal, user_id, token_id, now=visit.now)

    return _act(visit, user_id, act, done="token-revoked")


@router.get("/invite")
def show_team_again() -> Response:
    """The address of the invitation, loaded again, leads back to the list."""
    return see_other(TEAM)


@router.get("/{user_id:int}/{act:path}")
def show_person_again(user_id: Id) -> Response:
    """The address of an act, loaded again, leads back to the person."""
    return see_other(f"{TEAM}/{user_id}")


def _require_known(session: Session, brands: list[str]) -> None:
    for brand_id in brands:
        get_brand(session, brand_id)


def _act(
    visit: Visit,
    user_id: int,
    act: Callable[[Session], None],
    *,
    done: str,
) -> Response:
    """A refusal shows the person's page and why; a person of another brand is not there."""
    if error := visit.refusal_of(act):
        return _person(visit, user_id, refused=RefusedAct("", error))
    return see_other(f"{TEAM}/{user_id}?done={done}")


def _list(
    visit: Visit,
    *,
    text: str = "",
    brand: str = "",
    state: State = "active",
    after: int | None = None,
    refused: RefusedAct | None = None,
    form: dict[str, Any] | None = None,
) -> Response:
    is_active = {"active": True, "inactive": False}.get(state)
    with visit.database.reading() as session:
        found = team.people(
            session, visit.principal, brand=brand, text=text, is_active=is_active, after=after, limit=SHOWN + 1
        )
        shown = found[:SHOWN]
        brands_by_user = brands_of_many(session, [user.key for user in shown])
        brands = visible_brands(session, visit.principal)
    query = {"q": text, "brand": brand, "state": state, "after": shown[-1].key if len(found) > SHOWN else ""}
    return visit.page(
        "team.html",
        status=refused.error.status if refused else 200,
        people=shown,
        brands_by_user=brands_by_user,
        brands=brands,
        roles=team.grantable(visit.principal),
        text=text,
        brand=brand,
        state=state,
        is_first_page=after is None,
        more=f"{TEAM}?{urlencode(query)}" if len(found) > SHOWN else "",
        refused=refused,
        form=form or {"email": "", "name": "", "role": Role.AGENT, "brands": [known.id for known in brands[:1]]},
        P=people_words,
    )


def _person(
    visit: Visit,
    user_id: int,
    *,
    done: str = "",
    before: int | None = None,
    refused: RefusedAct | None = None,
    link: tuple[str, bool] | None = None,
) -> Response:
    """``link`` is the address of a link that was just made, and whether it went out by e-mail."""
    now = visit.now
    with visit.database.reading() as session:
        user = team.visible_user(session, visit.principal, user_id)
        events = events_of(session, user_id, before=before, limit=EVENTS_SHOWN + 1)
        context: dict[str, Any] = {
            "user": user,
            "own_brands": brands_of(session, user_id),
            "brands": visible_brands(session, visit.principal),
            "why_not": team.why_not(session, visit.principal, user),
            "sessions": open_sessions(session, user_id, now=now),
            "tokens": list_tokens(session, user_id),
            "identities": identities_of(session, user_id),
            "events": events[:EVENTS_SHOWN],
            "work": work_of(session, user_id, now=now, time_zone=visit.principal.time_zone, for_lead=True),
            "older": events[EVENTS_SHOWN - 1].id if len(events) > EVENTS_SHOWN else None,
        }
    return visit.page(
        "person.html",
        status=refused.error.status if refused else 200,
        roles=team.grantable(visit.principal),
        permissions=sorted(PERMISSIONS[Role(user.role)]),
        purpose=purpose_for(user).value,
        link_lasts=people_words.lasting(GOOD_FOR[purpose_for(user)]),
        done=people_words.DONE.get(done, ""),
        refused=refused,
        link=link,
        P=people_words,
        **context,
    )
