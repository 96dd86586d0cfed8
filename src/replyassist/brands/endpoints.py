"""``/v1/brands/{brand}``: how sure a brand wants to be before drafting, and when its days begin."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from replyassist.core.clock import Clock
from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, PrincipalDep, ReadingDep, WritingDep
from replyassist.core.security import Permission

from .model_use import MICRO, ModelLimits, set_model_limits
from .models import Brand
from .repository import spent_on
from .service import get_brand, set_abstain_threshold, set_round_robin, set_time_zone

router = APIRouter(prefix="/v1/brands", tags=["brands"], responses=PROBLEM_RESPONSES)
BrandId = Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$", description="The brand, by its id.")]


class ThresholdBody(BaseModel):
    """A probability, or null for the number of the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"threshold": 0.6}]})
    threshold: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None


class ThresholdOut(BaseModel):
    """What counts now; ``is_own`` tells whether the brand has a number of its own."""

    brand: str
    threshold: float
    is_own: bool


class TimeZone(BaseModel):
    """A time zone by its IANA name."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"time_zone": "Europe/Dublin"}]}
    )
    time_zone: Annotated[str, Field(min_length=1, max_length=60)]


class RoundRobin(BaseModel, frozen=True, extra="forbid"):
    """Whether each new item is assigned to somebody of the team in turn."""

    round_robin: bool


class ModelUse(BaseModel):
    """``concurrency``: calls of the language model at once in one process; ``daily_usd``: what a day may cost before
    drafts are made without it. Null: as the settings say."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"concurrency": 2, "daily_usd": 5.0}]}
    )
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None
    daily_usd: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None


class ModelUseOut(ModelUse):
    """The limits, and what today has cost, by the brand's own day."""

    spent_today_usd: float


@router.get("/{brand}/language-model")
def read_model_use(*, brand: BrandId, principal: PrincipalDep, session: ReadingDep, clock: ClockDep) -> ModelUseOut:
    """What the brand may ask of the language model, and what that has cost today."""
    principal.require_for(Permission.METRICS_READ, brand)
    return _model_use(session, get_brand(session, brand), clock)


@router.put("/{brand}/language-model")
def change_model_use(
    *, brand: BrandId, principal: PrincipalDep, session: WritingDep, clock: ClockDep, body: ModelUse
) -> ModelUseOut:
    """Set its limits; they count from the next draft on."""
    principal.require_for(Permission.POLICIES_WRITE, brand)
    usd = body.daily_usd
    limits = ModelLimits(body.concurrency, None if usd is None else round(usd * MICRO))
    return _model_use(session, set_model_limits(session, brand, limits), clock)


@router.get("/{brand}/threshold")
def read_threshold(*, request: Request, brand: BrandId, principal: PrincipalDep, session: ReadingDep) -> ThresholdOut:
    """How sure (0 to 1) to be that a template answers before a draft is made from it."""
    principal.require_for(Permission.TEMPLATES_READ, brand)
    return _out(get_brand(session, brand), request)


@router.put("/{brand}/threshold")
def change_threshold(
    *, request: Request, brand: BrandId, principal: PrincipalDep, session: WritingDep, body: ThresholdBody
) -> ThresholdOut:
    """Set it, or with null go back to the number of the settings; it counts from the next message on."""
    principal.require_for(Permission.TEMPLATES_WRITE, brand)
    set_abstain_threshold(session, brand, body.threshold)
    return _out(get_brand(session, brand), request)


@router.get("/{brand}/time-zone")
def read_time_zone(*, brand: BrandId, principal: PrincipalDep, session: ReadingDep) -> TimeZone:
    """When a day of the brand begins: templates that are valid until a day end with it."""
    principal.require_for(Permission.TEMPLATES_READ, brand)
    return TimeZone(time_zone=get_brand(session, brand).time_zone)


@router.put("/{brand}/time-zone")
def change_time_zone(*, brand: BrandId, principal: PrincipalDep, session: WritingDep, body: TimeZone) -> TimeZone:
    """Set it; it counts at once, also for what was approved and not sent yet."""
    principal.require_for(Permission.TEMPLATES_WRITE, brand)
    set_time_zone(session, brand, body.time_zone)
    return body


@router.get("/{brand}/round-robin")
def read_round_robin(*, brand: BrandId, principal: PrincipalDep, session: ReadingDep) -> RoundRobin:
    """Whether each new item is assigned to somebody of the team in turn."""
    principal.require_for(Permission.TEMPLATES_READ, brand)
    return RoundRobin(round_robin=get_brand(session, brand).round_robin)


@router.put("/{brand}/round-robin")
def change_round_robin(*, brand: BrandId, principal: PrincipalDep, session: WritingDep, body: RoundRobin) -> RoundRobin:
    """Set it; it counts for the items that arrive from now on."""
    principal.require_for(Permission.TURNS_WRITE, brand)
    set_round_robin(session, brand, body.round_robin)
    return body


def _out(brand: Brand, request: Request) -> ThresholdOut:
    own = brand.abstain_threshold
    general: float = request.app.state.settings.abstain_threshold
    return ThresholdOut(brand=brand.id, threshold=general if own is None else own, is_own=own is not None)


def _model_use(session: Session, brand: Brand, clock: Clock) -> ModelUseOut:
    usd = brand.llm_daily_micro_usd
    spent = spent_on(session, brand.id, brand.day(clock.now()))
    return ModelUseOut(
        concurrency=brand.llm_concurrency,
        daily_usd=None if usd is None else usd / MICRO,
        spent_today_usd=spent / MICRO,
    )
