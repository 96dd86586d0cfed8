"""When a person wants an approved reply to be sent; none: at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

TIME = sa.DateTime(timezone=True)
TABLES = ("approval", "proposed_approval")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("send_at", TIME, nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "send_at")
