"""When a brand and an account may send: stops that people make, quiet hours, and accounts that do not answer.

Beside it what a brand may ask of the language model, and what it has cost by day.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from replyassist.migrations.append_only import refuse_changes

revision = "0022"
down_revision = "0021"

TIME = sa.DateTime(timezone=True)
OF_BRAND = ("quiet_from", "quiet_until", "llm_concurrency", "llm_daily_micro_usd")
OF_CONNECTION = ("failures_in_row", "open_until")


def upgrade() -> None:
    waiting: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text("status = 'received'"))
    op.create_index("ix_message_waiting", "message", ["brand_id"], **waiting)
    op.create_table(
        "sending_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint("act IN ('stopped', 'resumed')", name="sending_act_act"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sending_act_channel", "sending_act", ["brand_id", "channel", "id"])
    refuse_changes("sending_act")
    op.create_table(
        "llm_spending",
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("micro_usd", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("brand_id", "day"),
    )
    op.add_column("connection", sa.Column("failures_in_row", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("connection", sa.Column("open_until", TIME, nullable=True))
    op.add_column("brand", sa.Column("quiet_from", sa.String(5), nullable=True))
    op.add_column("brand", sa.Column("quiet_until", sa.String(5), nullable=True))
    op.add_column("brand", sa.Column("llm_concurrency", sa.Integer(), nullable=True))
    op.add_column("brand", sa.Column("llm_daily_micro_usd", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_index("ix_message_waiting", "message")
    for table, names in (("brand", OF_BRAND), ("connection", OF_CONNECTION)):
        for name in names:
            op.drop_column(table, name)
    op.drop_table("llm_spending")
    op.drop_table("sending_act")
