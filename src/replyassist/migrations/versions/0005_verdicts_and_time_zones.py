"""What people confirmed of an item, and when a day of a brand begins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("review_item", sa.Column("confirmed", sa.JSON(), nullable=False, server_default='{"given": []}'))
    op.add_column("brand", sa.Column("time_zone", sa.String(60), nullable=False, server_default="UTC"))


def downgrade() -> None:
    op.drop_column("brand", "time_zone")
    op.drop_column("review_item", "confirmed")
