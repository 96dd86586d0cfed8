"""On PostgreSQL what the index of words finds is sorted from an index by id: the rows are wide, and far apart.

SQLite finds a row by its id without one.
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"

NAME, TABLE = "ix_review_item_sorted", "review_item"
HELD = ["urgency", "moved_at", "posted_at", "snoozed_until", "is_for_leads", "cluster_id"]


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.create_index(NAME, TABLE, ["id"], postgresql_include=HELD)


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_index(NAME, TABLE)
