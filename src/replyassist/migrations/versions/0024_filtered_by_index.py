"""A list is narrowed from an index alone: each that gives an order also holds the columns that filters ask for.

And the sweep for redrafts that lost their job does not read all that is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

TABLE = "review_item"
COUNTED = ("snoozed_until", "is_for_leads")
NARROWED = (
    "channel", "visibility", "kind", "risk", "route", "verdict", "language", "template_id", "assigned_to", "cluster_id",
)  # fmt: skip
REDRAFTING = "ix_review_item_redrafting"
KEYS = {"urgent": "urgency DESC", "moved": "moved_at", "posted": "posted_at"}


def upgrade() -> None:
    _renew({key: (*COUNTED, *NARROWED) for key in KEYS})
    where: dict[str, Any] = {
        "sqlite_where": sa.text("is_redrafting IS 1"),
        "postgresql_where": sa.text("is_redrafting IS true"),
    }
    op.create_index(REDRAFTING, TABLE, ["status", "updated_at"], unique=False, **where)


def downgrade() -> None:
    op.drop_index(REDRAFTING, TABLE)
    _renew({"urgent": (), "moved": COUNTED, "posted": ()})


def _renew(more: dict[str, Sequence[str]]) -> None:
    for name, key in KEYS.items():
        op.drop_index(f"ix_review_item_{name}", TABLE)
        columns: list[Any] = ["brand_id", "status", sa.text(key), "id", *more[name]]
        op.create_index(f"ix_review_item_{name}", TABLE, columns, unique=False)
