"""Who connected and disconnected accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from replyassist.migrations.append_only import refuse_changes

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "connection_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("was_shown_as", sa.String(300), nullable=False),
        sa.Column("shown_as", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('connected', 'disconnected')", name="connection_act_act"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_connection_act_channel", "connection_act", ["brand_id", "channel", "id"])
    refuse_changes("connection_act")


def downgrade() -> None:
    op.drop_table("connection_act")
