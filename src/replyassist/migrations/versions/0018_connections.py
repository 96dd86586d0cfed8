"""Connections of accounts with sealed credentials, their budgets, and what a delivery fixes before it is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

TIME = sa.DateTime(timezone=True)
ADDED = ("is_called", "first_called_at", "called_at", "prepared", "postponed", "next_try_at", "cost_micro_usd")


def upgrade() -> None:
    connection = op.create_table(
        "connection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("shown_as", sa.String(300), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("pulls", sa.Integer(), nullable=False),
        sa.Column("pulled_at", TIME, nullable=True),
        sa.Column("next_pull_at", TIME, nullable=True),
        sa.Column("paused_until", TIME, nullable=True),
        sa.Column("checked_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint("status IN ('working', 'failing', 'disconnected')", name="connection_status"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand_id", "channel"),
    )
    op.create_table(
        "connection_spending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("budget", sa.String(300), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_connection_spending", "connection_spending", ["connection_id", "budget", "at"])
    op.create_table(
        "gone_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand_id", "channel", "external_id"),
    )
    _move_connections(connection)
    op.drop_table("channel_connection")
    for column in (
        sa.Column("is_called", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("first_called_at", TIME, nullable=True),
        sa.Column("called_at", TIME, nullable=True),
        sa.Column("prepared", sa.JSON(), nullable=True),
        sa.Column("postponed", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_try_at", TIME, nullable=True),
        sa.Column("cost_micro_usd", sa.Integer(), nullable=True),
    ):
        op.add_column("delivery", column)
    # What was being sent by the earlier program may have been called.
    called = sa.text(
        "UPDATE delivery SET is_called = :yes, called_at = updated_at, first_called_at = created_at "
        "WHERE status = 'sending' OR may_have_landed = :yes"
    )
    op.execute(called.bindparams(yes=True))


def _move_connections(connection: sa.Table) -> None:
    """Their secrets are sealed at the next start, by a program that has the key."""
    now = datetime.now(UTC)
    rows = op.get_bind().execute(sa.text("SELECT brand_id, channel, adapter, url, secret FROM channel_connection"))
    moved = [
        {
            "brand_id": row.brand_id,
            "channel": row.channel,
            "platform": row.adapter,
            "account": "",
            "shown_as": urlsplit(row.url).hostname or "",
            "sealed": "plain:" + json.dumps({"url": row.url, "secret": row.secret} if row.url else {}),
            "status": "working",
            "problem": "",
            "pulls": 0,
            "created_at": now,
            "updated_at": now,
        }
        for row in rows
    ]
    if moved:
        op.bulk_insert(connection, moved)


def downgrade() -> None:
    """Sealed credentials cannot be opened here: accounts are connected again.

    Until then every channel that had an account, disconnected or not, keeps one that cannot be opened, so that its
    replies fail: without a row the earlier program writes them to a file and calls them sent.
    """
    for column in reversed(ADDED):
        op.drop_column("delivery", column)
    op.create_table(
        "channel_connection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("adapter", sa.String(20), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("secret", sa.String(500), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("adapter IN ('webhook', 'file')", name="connection_adapter"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand_id", "channel"),
    )
    op.execute(
        "INSERT INTO channel_connection (brand_id, channel, adapter, url, secret, created_at) "
        "SELECT brand_id, channel, CASE WHEN platform = 'file' AND status <> 'disconnected' THEN 'file' "
        "ELSE 'webhook' END, '', '', created_at FROM connection"
    )
    op.drop_table("gone_message")
    op.drop_table("connection_spending")
    op.drop_table("connection")
