"""Which delivery has an id at its platform, until when a stop or quiet hours kept it; since when nothing is tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_index("ix_delivery_platform_id", "delivery", ["platform_id"])
    op.add_column("delivery", sa.Column("kept_until", TIME, nullable=True))
    op.add_column("connection", sa.Column("opened_at", TIME, nullable=True))


def downgrade() -> None:
    op.drop_column("connection", "opened_at")
    op.drop_column("delivery", "kept_until")
    op.drop_index("ix_delivery_platform_id", "delivery")
