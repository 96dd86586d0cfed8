"""Notes and mentions, saved replies, who looks at an item, what is told live, and assignment in turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from replyassist.migrations.append_only import refuse_changes

revision = "0014"
down_revision = "0013"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("brand", sa.Column("round_robin", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_message_author", "message", ["author_id", "id"], unique=False)
    _notes()
    _saved_replies()
    _live()


def _notes() -> None:
    op.create_table(
        "item_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_item_id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"]),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_item_note_review_item_id", "item_note", ["review_item_id"], unique=False)
    refuse_changes("item_note")
    op.create_table(
        "note_mention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("read_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["note_id"], ["item_note.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_note_mention_note_id", "note_mention", ["note_id"], unique=False)
    op.create_index("ix_note_mention_user", "note_mention", ["user_id", "read_at", "id"], unique=False)


def _saved_replies() -> None:
    op.create_table(
        "saved_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_saved_reply_brand", "saved_reply", ["brand_id", "owner_id", "title"], unique=False)


def _live() -> None:
    op.create_table(
        "item_presence",
        sa.Column("review_item_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("review_item_id", "user_id"),
    )
    op.create_table(
        "live_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_item_id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_live_change_at", "live_change", ["at"], unique=False)


def downgrade() -> None:
    for table in ("live_change", "item_presence", "saved_reply", "note_mention", "item_note"):
        op.drop_table(table)
    op.drop_index("ix_message_author", "message")
    with op.batch_alter_table("brand") as brand:
        brand.drop_column("round_robin")
