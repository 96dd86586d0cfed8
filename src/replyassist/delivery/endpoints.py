"""``/v1/brands/{brand}/sending``: what a brand may send now, the stop that people make, and its quiet hours."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from replyassist.brands.quiet import quiet_end, set_quiet_hours
from replyassist.brands.service import get_brand
from replyassist.channels import repository as connections
from replyassist.channels.stops import STOPPED, THE_BRAND
from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, PrincipalDep, ReadingDep, WritingDep
from replyassist.core.security import Permission

from .switch import resume_sending, stop_sending, wake

router = APIRouter(prefix="/v1/brands/{brand}", tags=["sending"], responses=PROBLEM_RESPONSES)
BrandId = Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$", description="The brand, by its id.")]
Channel = Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$", description="A connection; empty: the brand.")]
TimeOfDay = Annotated[str, Field(max_length=5, examples=["22:00"])]


class Stop(BaseModel):
    """Who stopped what, when and why. ``channel``: of the connection; empty for the whole brand."""

    channel: str
    by: str
    at: datetime
    reason: str


class Sending(BaseModel):
    """``quiet_ends``: when the quiet hours that it is in end, null outside of them."""

    stops: list[Stop]
    quiet_from: str | None
    quiet_until: str | None
    time_zone: str
    quiet_ends: datetime | None


class StopBody(BaseModel, frozen=True, extra="forbid"):
    """What is stopped, and why."""

    channel: Channel = THE_BRAND
    reason: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")] = ""


class ResumeBody(BaseModel, frozen=True, extra="forbid"):
    """What is resumed."""

    channel: Channel = THE_BRAND


class QuietHours(BaseModel):
    """Times of day by the brand's clock, or null for both: none."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"quiet_from": "22:00", "quiet_until": "07:00"}]}
    )
    quiet_from: TimeOfDay | None
    quiet_until: TimeOfDay | None


@router.get("/sending")
def read_sending(*, brand: BrandId, principal: PrincipalDep, session: ReadingDep, clock: ClockDep) -> Sending:
    """What is stopped, and the quiet hours."""
    principal.require_for(Permission.CHANNELS_READ, brand)
    return sending_of(session, brand, now=clock.now())


@router.post("/sending/stop")
def stop(*, brand: BrandId, principal: PrincipalDep, session: WritingDep, clock: ClockDep, body: StopBody) -> Sending:
    """Send nothing more; drafting goes on, and what is approved waits and says why."""
    principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    now = clock.now()
    stop_sending(session, brand, body.channel, actor=principal.name, reason=body.reason, now=now)
    return sending_of(session, brand, now=now)


@router.post("/sending/resume")
def resume(
    *,
    request: Request,
    brand: BrandId,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
    body: ResumeBody,
) -> Sending:
    """Send again, also what was approved meanwhile."""
    principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    now, jobs = clock.now(), request.app.state.jobs
    resume_sending(session, brand, body.channel, actor=principal.name, jobs=jobs, now=now)
    return sending_of(session, brand, now=now)


@router.put("/quiet-hours")
def change_quiet_hours(
    *,
    request: Request,
    brand: BrandId,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
    body: QuietHours,
) -> Sending:
    """Set them; they count at once, also for what is approved."""
    principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    set_quiet_hours(session, brand, body.quiet_from, body.quiet_until)
    now = clock.now()
    wake(session, brand, jobs=request.app.state.jobs, now=now)
    return sending_of(session, brand, now=now)


def sending_of(session: Session, brand_id: str, *, now: datetime) -> Sending:
    """What a brand may send now; raise NotFound."""
    brand = get_brand(session, brand_id)
    acts = connections.sending_acts(session, brand_id)
    return Sending(
        stops=[
            Stop(channel=channel, by=act.actor, at=act.at, reason=act.reason)
            for channel, act in sorted(acts.items())
            if act.act == STOPPED
        ],
        quiet_from=brand.quiet_from,
        quiet_until=brand.quiet_until,
        time_zone=brand.time_zone,
        quiet_ends=quiet_end(brand, now),
    )
