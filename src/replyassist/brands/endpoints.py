"""``/v1/brands/{brand}``: how sure a brand wants to be before drafting, and when its days begin."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from replyassist.core.accounts import Principal
from replyassist.core.http import PROBLEM_RESPONSES, PrincipalDep, ReadingDep, WritingDep
from replyassist.core.security import Permission

from .models import Brand
from .service import get_brand, set_abstain_threshold, set_time_zone

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


@router.get("/{brand}/threshold")
def read_threshold(*, request: Request, brand: BrandId, principal: PrincipalDep, session: ReadingDep) -> ThresholdOut:
    """How sure (0 to 1) to be that a template answers before a draft is made from it."""
    _require(principal, Permission.TEMPLATES_READ, brand)
    return _out(get_brand(session, brand), request)


@router.put("/{brand}/threshold")
def change_threshold(
    *, request: Request, brand: BrandId, principal: PrincipalDep, session: WritingDep, body: ThresholdBody
) -> ThresholdOut:
    """Set it, or with null go back to the number of the settings; it counts from the next message on."""
    _require(principal, Permission.TEMPLATES_WRITE, brand)
    set_abstain_threshold(session, brand, body.threshold)
    return _out(get_brand(session, brand), request)


@router.get("/{brand}/time-zone")
def read_time_zone(*, brand: BrandId, principal: PrincipalDep, session: ReadingDep) -> TimeZone:
    """When a day of the brand begins: templates that are valid until a day end with it."""
    _require(principal, Permission.TEMPLATES_READ, brand)
    return TimeZone(time_zone=get_brand(session, brand).time_zone)


@router.put("/{brand}/time-zone")
def change_time_zone(*, brand: BrandId, principal: PrincipalDep, session: WritingDep, body: TimeZone) -> TimeZone:
    """Set it; it counts at once, also for what was approved and not sent yet."""
    _require(principal, Permission.TEMPLATES_WRITE, brand)
    set_time_zone(session, brand, body.time_zone)
    return body


def _require(principal: Principal, permission: Permission, brand: str) -> None:
    principal.require(permission)
    principal.require_brand(brand)


def _out(brand: Brand, request: Request) -> ThresholdOut:
    own = brand.abstain_threshold
    general: float = request.app.state.settings.abstain_threshold
    return ThresholdOut(brand=brand.id, threshold=general if own is None else own, is_own=own is not None)
