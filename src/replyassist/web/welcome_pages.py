"""``/welcome``: the brand's voice in words, how to decide, and five practice items that are never sent."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Response
from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.brands.service import voice_of
from replyassist.core.accounts import Principal
from replyassist.core.errors import Conflict, NotFound
from replyassist.core.security import Permission
from replyassist.privacy.nameless import nameless
from replyassist.review.onboarding import repository, service
from replyassist.review.onboarding.models import PracticeRun
from replyassist.review.onboarding.practice import PracticeAct
from replyassist.review.onboarding.service import STAND_IN
from replyassist.review.repository.approved import exemplary_replies

from .auth import WELCOME
from .lead.brand_choice import visible_brands
from .pages import PageRoute, see_other
from .rendering import typed
from .visits import ActingVisitDep, Visit, VisitDep

router = APIRouter(prefix=WELCOME, route_class=PageRoute, include_in_schema=False)
RunId = Annotated[int, Path(ge=1, le=2**31 - 1)]
RUNS_SHOWN = 5
ANSWERS = {
    PracticeAct.SEND: "Send it as it is",
    PracticeAct.EDIT: "Change it, then send it",
    PracticeAct.REJECT: "Reject it: no such reply",
    PracticeAct.ESCALATE: "Escalate it to a lead",
}


@router.get("")
def show_welcome(visit: VisitDep, brand: Annotated[str, Query(max_length=60)] = "") -> Response:
    """The page of a brand, of one's first one by itself."""
    visit.principal.require(Permission.QUEUE_READ)
    with visit.database.reading() as session:
        brands, chosen = _brand(session, visit.principal, typed(brand))
        approved = exemplary_replies(session, chosen.id, limit=1)
        runs = repository.runs_of(session, visit.principal.user_id, limit=RUNS_SHOWN)
    return visit.page(
        "welcome.html",
        brands=brands,
        brand=chosen,
        voice=voice_of(chosen),
        example=_example(approved[0].message, approved[0].text, approved[0].author_name) if approved else None,
        runs=runs,
    )


@router.post("/practice")
def begin(visit: ActingVisitDep, brand: Annotated[str, Form(max_length=60)] = "") -> Response:
    """Begin with five practice items."""
    with visit.database.writing() as session:
        run = service.begin(session, visit.principal, typed(brand), now=visit.now)
    return see_other(f"{WELCOME}/practice/{run.id}")


@router.get("/practice/{run_id}")
def show_practice(
    visit: VisitDep, run_id: RunId, answered: Annotated[int | None, Query(ge=0, le=20)] = None
) -> Response:
    """The next item, or what a lead decided about the one that was just ``answered``, by its number."""
    with visit.database.reading() as session:
        run = service.own_run(session, visit.principal, run_id)
        return _show(visit, session, run, answered)


@router.post("/practice/{run_id}")
def answer(
    visit: ActingVisitDep,
    run_id: RunId,
    number: Annotated[int, Form(ge=0, le=20)],
    given: Annotated[PracticeAct, Form()],
) -> Response:
    """Answer one item, and be told at once."""
    try:
        with visit.database.writing() as session:
            service.answer(session, visit.principal, run_id, number, given, now=visit.now)
    except Conflict:
        return see_other(f"{WELCOME}/practice/{run_id}")
    return see_other(f"{WELCOME}/practice/{run_id}?answered={number}")


@router.get("/practice")
def show_welcome_again() -> Response:
    """The address of the beginning, loaded again, leads back."""
    return see_other(WELCOME)


def _show(visit: Visit, session: Session, run: PracticeRun, answered: int | None) -> Response:
    given, items = run.answers.given, service.items_of(session, run)
    number = answered if answered is not None and answered < len(given) else len(given)
    context: dict[str, Any] = {
        "item": items[number] if number < len(items) else None,
        "told": given[number] if number < len(given) else None,
    }
    return visit.page("practice.html", run=run, number=number, count=len(items), answers=ANSWERS, **context)


def _brand(session: Session, principal: Principal, wanted: str) -> tuple[list[Brand], Brand]:
    brands = visible_brands(session, principal)
    found = next((brand for brand in brands if wanted in ("", brand.id)), None)
    if found is None:
        raise NotFound("There is no such brand for you.")
    return brands, found


def _example(message: str, reply: str, name: str | None) -> tuple[str, str]:
    return nameless(message, name=name or "", stand_in=STAND_IN), nameless(reply, name=name or "", stand_in=STAND_IN)
