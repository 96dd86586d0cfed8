"""Whose pages a lead looks at: the brand in the address, else the first that they see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.brands.repository import list_brands
from replyassist.core.accounts import Principal
from replyassist.core.errors import NotFound


@dataclass(frozen=True)
class BrandChoice:
    """The brand that is shown, and all that the person could pick."""

    brand: Brand
    brands: list[Brand]


def visible_brands(session: Session, principal: Principal) -> list[Brand]:
    """The brands that this person sees, by id."""
    return [brand for brand in list_brands(session) if principal.sees(brand.id)]


def chosen_brand(session: Session, principal: Principal, brand_id: str) -> BrandChoice:
    """The brand with this id, the first one for an empty id; raise NotFound for one that is not theirs."""
    brands = visible_brands(session, principal)
    found = next((brand for brand in brands if brand.id == brand_id or not brand_id), None)
    if found is None:
        raise NotFound(f"there is no brand '{brand_id}' for you" if brand_id else "no brand is yours to see yet")
    return BrandChoice(found, brands)
