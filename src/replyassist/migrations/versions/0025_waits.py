"""Of a delivery: which has an id at its platform is asked, and until when a stop or quiet hours kept it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_delivery_platform_id", "delivery", ["platform_id"])
    op.add_column("delivery", sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("delivery", "kept_until")
    op.drop_index("ix_delivery_platform_id", "delivery")
