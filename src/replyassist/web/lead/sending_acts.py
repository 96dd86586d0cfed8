"""``/channels/{brand}/sending``: stop and resume what a brand or an account sends, and set its quiet hours."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Response

from replyassist.brands.quiet import set_quiet_hours
from replyassist.channels.stops import THE_BRAND
from replyassist.core.security import Permission
from replyassist.delivery.switch import resume_sending, stop_sending, wake
from replyassist.faq.parameters import NO_NUL

from ..pages import PageRoute, see_other
from ..rendering import typed
from ..visits import ActingVisitDep
from .channels_page import CHANNELS

router = APIRouter(prefix=f"{CHANNELS}/{{brand}}/sending", route_class=PageRoute, include_in_schema=False)

BrandPath = Annotated[str, Path(max_length=60, pattern=NO_NUL)]
Channel = Annotated[str, Form(max_length=60)]
TimeOfDay = Annotated[str, Form(max_length=5)]


@router.post("/stop")
def stop(
    visit: ActingVisitDep, brand: BrandPath, channel: Channel = "", reason: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    """Send nothing more by this account, or of the brand."""
    visit.principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    with visit.database.writing() as session:
        who, why = visit.principal.name, typed(reason)
        stop_sending(session, brand, typed(channel), actor=who, reason=why, now=visit.now)
    return _back(brand, typed(channel))


@router.post("/resume")
def resume(visit: ActingVisitDep, brand: BrandPath, channel: Channel = "") -> Response:
    """Send again, also what was approved meanwhile."""
    visit.principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    with visit.database.writing() as session:
        jobs = visit.request.app.state.jobs
        resume_sending(session, brand, typed(channel), actor=visit.principal.name, jobs=jobs, now=visit.now)
    return _back(brand, typed(channel))


@router.post("/quiet-hours")
def change_quiet_hours(
    visit: ActingVisitDep, brand: BrandPath, quiet_from: TimeOfDay = "", quiet_until: TimeOfDay = ""
) -> Response:
    """Set them, or with empty fields take them away."""
    visit.principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    with visit.database.writing() as session:
        set_quiet_hours(session, brand, quiet_from.strip() or None, quiet_until.strip() or None)
        wake(session, brand, jobs=visit.request.app.state.jobs, now=visit.now)
    return _back(brand, THE_BRAND)


def _back(brand: str, channel: str) -> Response:
    if channel == THE_BRAND:
        return see_other(f"{CHANNELS}?brand={quote(brand, safe='')}")
    return see_other(f"{CHANNELS}/{quote(brand, safe='')}/accounts/{quote(channel, safe='')}")
