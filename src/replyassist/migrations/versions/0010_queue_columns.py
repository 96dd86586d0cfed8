"""What a list of the queue shows, sorts, filters and finds by, as columns of its own; and the lists that people keep.

Programs of an earlier version go on working beside it: every new column has a default, and triggers keep the facets.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from replyassist.migrations.queue_rows import fill, stored_items
from replyassist.migrations.queue_search import add_postgres_search, add_sqlite_search, drop_search

revision = "0010"
down_revision = "0009"

ADDED = (
    "author_name", "author_handle", "beginning", "attachment_kinds", "visibility", "posted_at", "kind", "language",
    "reason", "abstained", "matches", "template_versions", "voice_version", "moved_at", "snoozed_until", "assigned_to",
    "escalated_at", "decided_by", "decided_at",
)  # fmt: skip
LONG_LAST = ("decided_at", "draft", "final_text", "confirmed", "proposal")
"""SQLite reads a row from its beginning: what a list shows stands before what is long."""


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.drop_index("ix_review_item_queue", "review_item")
    more: dict[str, Any] = {"recreate": "always", "partial_reordering": [LONG_LAST]} if is_sqlite else {}
    with op.batch_alter_table("review_item", **more) as item:
        for column in _columns():
            item.add_column(column)
    _add_indexes()
    _add_tables()
    if is_sqlite:
        add_sqlite_search()
    else:
        add_postgres_search()
    filled = [name for name in ADDED if name not in ("snoozed_until", "assigned_to")]
    for rows in stored_items():
        fill(rows, filled)


def _columns() -> list[sa.Column[Any]]:
    moment, number = sa.DateTime(timezone=True), sa.Integer()
    return [
        sa.Column("author_name", sa.String(200), nullable=True),
        sa.Column("author_handle", sa.String(200), nullable=True),
        sa.Column("beginning", sa.Text(), nullable=False, server_default=""),
        sa.Column("attachment_kinds", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("visibility", sa.String(10), nullable=False, server_default="public"),
        sa.Column("posted_at", moment, nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("kind", sa.String(30), nullable=True),
        sa.Column("language", sa.String(10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("abstained", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("matches", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("template_versions", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("voice_version", sa.String(64), nullable=False, server_default=""),
        sa.Column("moved_at", moment, nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("snoozed_until", moment, nullable=True),
        sa.Column(
            "assigned_to", number, sa.ForeignKey("user_account.id", name="review_item_assigned_to"), nullable=True
        ),
        sa.Column("escalated_at", moment, nullable=True),
        sa.Column("decided_by", number, sa.ForeignKey("user_account.id", name="review_item_decided_by"), nullable=True),
        sa.Column("decided_at", moment, nullable=True),
    ]


def _add_indexes() -> None:
    by = ("brand_id", "status")
    op.create_index("ix_review_item_urgent", "review_item", [*by, sa.text("urgency DESC"), "id"], unique=False)
    op.create_index("ix_review_item_moved", "review_item", [*by, "moved_at", "id"], unique=False)
    op.create_index("ix_review_item_posted", "review_item", [*by, "posted_at", "id"], unique=False)
    op.create_index("ix_review_item_created", "review_item", ["created_at", "id"], unique=False)
    where: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text("snoozed_until IS NOT NULL"))
    op.create_index("ix_review_item_snoozed", "review_item", [*by, "snoozed_until", "id"], unique=False, **where)


def _add_tables() -> None:
    op.create_table(
        "review_search",
        sa.Column("review_item_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
        sa.Column("facets", sa.Text(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("review_item_id"),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "name"),
    )


def downgrade() -> None:
    drop_search()
    op.drop_table("saved_view")
    op.drop_table("review_search")
    for name in ("urgent", "moved", "posted", "created", "snoozed"):
        op.drop_index(f"ix_review_item_{name}", "review_item")
    with op.batch_alter_table("review_item") as item:
        for name in ADDED:
            item.drop_column(name)
    op.create_index("ix_review_item_queue", "review_item", ["brand_id", "status", "urgency", "id"], unique=False)
