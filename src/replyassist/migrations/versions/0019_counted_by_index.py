"""A tab is counted from an index alone: it also holds whether an item is put off, and whether only leads see it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

TABLE = "review_item"
MOVED, MOVED_BY = "ix_review_item_moved", ["brand_id", "status", "moved_at", "id"]
SNOOZED, SNOOZED_BY = "ix_review_item_snoozed", ["brand_id", "status", "snoozed_until", "id"]


def upgrade() -> None:
    _renew([*MOVED_BY, "snoozed_until", "is_for_leads"], [*SNOOZED_BY, "is_for_leads"])


def downgrade() -> None:
    _renew(MOVED_BY, SNOOZED_BY)


def _renew(moved: list[str], snoozed: list[str]) -> None:
    where: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text("snoozed_until IS NOT NULL"))
    for name, columns, more in ((MOVED, moved, {}), (SNOOZED, snoozed, where)):
        op.drop_index(name, TABLE)
        op.create_index(name, TABLE, columns, unique=False, **more)
