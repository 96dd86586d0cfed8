"""Cards of items in Slack, who people are there, and where an act came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "review_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_item_id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(100), nullable=False),
        sa.Column("shown_version", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("called_at", TIME, nullable=True),
        sa.Column("next_try_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"]),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("review_item_id", "connection_id"),
    )
    op.create_index("ix_review_card_created", "review_card", ["created_at"])
    op.create_table(
        "slack_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(40), nullable=False),
        sa.Column("slack_user", sa.String(40), nullable=False),
        sa.Column("shown_as", sa.String(200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("team", "slack_user"),
        sa.UniqueConstraint("user_id", "team"),
    )
    op.add_column("audit_entry", sa.Column("via", sa.String(20), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("audit_entry", "via")
    op.drop_table("slack_link")
    op.drop_table("review_card")
