"""All SQL of brands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from .models import Brand, LlmSpending

MOST_BRANDS = 1000
_IDS = "brand ids"


def hold_brand(session: Session, brand_id: str) -> None:
    """Read the brand anew and keep its voice and templates from changing until this transaction ends.

    (SQLite's writers take turns anyway.)
    """
    statement = select(Brand).where(Brand.id == brand_id).with_for_update(read=True)
    session.exec(statement.execution_options(populate_existing=True)).first()


def brands_by_id(session: Session, brand_ids: Collection[str]) -> dict[str, Brand]:
    """Those of these brands that there are, as they stand now."""
    statement = select(Brand).where(col(Brand.id).in_(brand_ids)).execution_options(populate_existing=True)
    return {brand.id: brand for brand in session.exec(statement)}


def list_brands(session: Session) -> list[Brand]:
    """Every brand by id (a deployment has few)."""
    found = list(session.exec(select(Brand).order_by(col(Brand.id)).limit(MOST_BRANDS)))
    if len(found) < MOST_BRANDS:
        session.info[_IDS] = [brand.id for brand in found]
    return found


def brand_ids(session: Session) -> list[str]:
    """The id of every brand; asked once in a transaction."""
    known: list[str] | None = session.info.get(_IDS)
    if known is None:
        known = session.info[_IDS] = list(session.exec(select(Brand.id).order_by(col(Brand.id))))
    return known


def locked_brand(session: Session, brand_id: str) -> Brand:
    """A brand that there is, read anew, and nobody else changes it until this transaction ends."""
    statement = select(Brand).where(Brand.id == brand_id).with_for_update(key_share=True)
    return session.exec(statement.execution_options(populate_existing=True)).one()


def spent_on(session: Session, brand_id: str, day: date) -> int:
    """What a brand's calls have cost on a day of its own, in millionths of a dollar."""
    found = session.get(LlmSpending, (brand_id, day))
    return found.micro_usd if found else 0


def spent_since(session: Session, day: date) -> list[tuple[Brand, LlmSpending]]:
    """What each brand's calls have cost by day, from a day on."""
    statement = select(Brand, LlmSpending).where(LlmSpending.brand_id == Brand.id, col(LlmSpending.day) >= day)
    return list(session.exec(statement))


def note_spent(session: Session, brand_id: str, day: date, micro_usd: int) -> None:
    """Add the cost of one call."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(LlmSpending).values(brand_id=brand_id, day=day, micro_usd=micro_usd, calls=1)
    added = {"micro_usd": col(LlmSpending.micro_usd) + micro_usd, "calls": col(LlmSpending.calls) + 1}
    session.connection().execute(statement.on_conflict_do_update(index_elements=["brand_id", "day"], set_=added))
