"""Threads as platforms report them: direction, attachments, replies, edits, deletions and messages in several parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ADDED = ("direction", "attachments", "in_reply_to", "part_of_id", "revision", "edited_at", "deleted_at", "echo_of_id")


def upgrade() -> None:
    op.drop_index("ix_message_conversation", "message")
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("direction", sa.String(3), nullable=False, server_default="in"))
        message.add_column(sa.Column("attachments", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        message.add_column(sa.Column("in_reply_to", sa.String(200), nullable=True))
        message.add_column(sa.Column("part_of_id", sa.Integer(), nullable=True))
        message.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("0")))
        message.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
        message.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
        message.add_column(sa.Column("echo_of_id", sa.Integer(), nullable=True))
        message.create_foreign_key("message_part_of", "message", ["part_of_id"], ["id"])
        message.drop_constraint("message_status", type_="check")
        message.create_check_constraint("message_status", "status IN ('received', 'queued', 'kept')")
        message.create_check_constraint("message_direction", "direction IN ('in', 'out')")
    op.create_index("ix_message_part_of_id", "message", ["part_of_id"], unique=False)
    op.create_index("ix_message_conversation", "message", ["conversation_id", "posted_at", "id"], unique=False)
    op.create_index("ix_message_conversation_author", "message", ["conversation_id", "author_id"], unique=False)
    op.create_index("ix_message_conversation_in_reply_to", "message", ["conversation_id", "in_reply_to"], unique=False)
    with op.batch_alter_table("conversation") as conversation:
        conversation.drop_column("last_message_id")
    with op.batch_alter_table("review_item") as item:
        item.drop_column("seen_event")
        item.add_column(sa.Column("read_digest", sa.String(64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("review_item") as item:
        item.drop_column("read_digest")
        item.add_column(sa.Column("seen_event", sa.Integer(), nullable=True))
    with op.batch_alter_table("conversation") as conversation:
        conversation.add_column(sa.Column("last_message_id", sa.Integer(), nullable=True))
    for index in ("conversation_in_reply_to", "conversation_author", "conversation", "part_of_id"):
        op.drop_index(f"ix_message_{index}", "message")
    op.execute("UPDATE message SET status = 'queued' WHERE status = 'kept'")
    with op.batch_alter_table("message") as message:
        message.drop_constraint("message_direction", type_="check")
        message.drop_constraint("message_status", type_="check")
        message.create_check_constraint("message_status", "status IN ('received', 'queued')")
        message.drop_constraint("message_part_of", type_="foreignkey")
        for column in ADDED:
            message.drop_column(column)
    op.create_index("ix_message_conversation", "message", ["conversation_id", "id"], unique=False)
