"""``/voice/{brand}``: how a brand talks, in words, with replies that people approved; leads write the rules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response

from replyassist.brands.service import change_voice, voice_of
from replyassist.brands.voice import read_voice, written
from replyassist.core.errors import InvalidInput, ReplyassistError, VersionConflict
from replyassist.core.http import DatabaseDep, SignedInDep
from replyassist.core.security import Permission
from replyassist.faq.parameters import NO_NUL
from replyassist.review.repository.approved import exemplary_replies

from ..pages import PageRoute, see_other
from ..rendering import typed
from ..visits import ActingVisitDep, Visit, VisitDep
from .brand_choice import chosen_brand

VOICE = "/voice"
EXAMPLES = 5
BrandPath = Annotated[str, Path(max_length=60, pattern=NO_NUL)]
router = APIRouter(prefix=VOICE, route_class=PageRoute, include_in_schema=False)


@router.get("")
def show_first(principal: SignedInDep, database: DatabaseDep, brand: str = "") -> Response:
    """To the brand that was picked, or the first one."""
    principal.require(Permission.QUEUE_READ)
    with database.reading() as session:
        return see_other(f"{VOICE}/{chosen_brand(session, principal, brand).brand.id}")


@router.get("/{brand}")
def show_voice(visit: VisitDep, brand: BrandPath, done: Annotated[bool, Query()] = False) -> Response:
    """The rules as they hold now, and the last approved replies that nothing was found against."""
    return _page(visit, brand, done=done)


@router.post("/{brand}")
def save_voice(
    visit: ActingVisitDep,
    brand: BrandPath,
    version: Annotated[str, Form(max_length=64)],
    rules: Annotated[str, Form(max_length=100_000)] = "",
) -> Response:
    """Give the brand the rules as they are written; a refusal shows the page with what was typed."""
    visit.principal.require(Permission.VOICE_WRITE)
    text = typed(rules)
    try:
        with visit.database.writing() as session:
            chosen_brand(session, visit.principal, brand)
            change_voice(session, brand, read_voice(text, file="rules"), expected_version=version)
    except (InvalidInput, VersionConflict) as error:
        return _page(visit, brand, text=text, refused=error)
    return see_other(f"{VOICE}/{brand}?done=1")


def _page(
    visit: Visit, brand: str, *, text: str | None = None, refused: ReplyassistError | None = None, done: bool = False
) -> Response:
    visit.principal.require(Permission.QUEUE_READ)
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
        approved = exemplary_replies(session, choice.brand.id, limit=EXAMPLES)
    voice = voice_of(choice.brand)
    return visit.page(
        "lead/voice.html",
        status=refused.status if refused else 200,
        choice=choice,
        voice=voice,
        approved=approved,
        may_write=visit.principal.may(Permission.VOICE_WRITE),
        rules=written(voice) if text is None else text,
        refused=refused,
        done=done,
    )
