"""Which open items ask the same question, and the vectors of their messages that tell it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BEFORE_WHAT_IS_LONG = ("cluster_id", "draft", "final_text", "confirmed", "proposal")
"""SQLite reads a row from its beginning: what a list asks of every row stands before what is long."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        kept = _without_indexes_and_triggers()
        with op.batch_alter_table("review_item", recreate="always", partial_reordering=[BEFORE_WHAT_IS_LONG]) as item:
            item.add_column(sa.Column("cluster_id", sa.Integer(), nullable=True))
        for statement in kept:
            op.execute(statement)
    else:
        op.add_column("review_item", sa.Column("cluster_id", sa.Integer(), nullable=True))
    of_one: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text("cluster_id IS NOT NULL"))
    op.create_index("ix_review_item_cluster", "review_item", ["cluster_id", "status", "urgency", "id"], **of_one)
    is_open: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text("status = 'pending'"))
    op.create_index("ix_review_item_alike", "review_item", ["brand_id", "template_id", "id"], **is_open)
    op.create_table(
        "review_vector",
        sa.Column("review_item_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("encoder", sa.String(64), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("review_item_id"),
    )


def _without_indexes_and_triggers() -> list[str]:
    """Drop those of the table, which is made anew, and give what makes them again."""
    found = op.get_bind().execute(
        sa.text(
            "SELECT type, name, sql FROM sqlite_master "
            "WHERE tbl_name = 'review_item' AND type IN ('index', 'trigger') AND sql IS NOT NULL"
        )
    )
    rows = found.all()
    for kind, name, _ in rows:
        op.execute(f'DROP {kind.upper()} "{name}"')
    return [statement for _, _, statement in rows]


def downgrade() -> None:
    op.drop_table("review_vector")
    op.drop_index("ix_review_item_alike", "review_item")
    op.drop_index("ix_review_item_cluster", "review_item")
    op.drop_column("review_item", "cluster_id")
