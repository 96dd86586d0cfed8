"""The last replies of a thread are found along an index, however many there are.

An item knows the conversation of its message. Triggers say it: for who writes an item without, which are programs of an
earlier version, and where a message is moved into the conversation of what it answers.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

INDEXES = (
    ("ix_review_item_replied", "review_item", "approval_id", "status IN ('approved', 'sending', 'sent')"),
    ("ix_review_item_sent", "review_item", "moved_at", "status = 'sent'"),
    (
        "ix_message_sent_elsewhere",
        "message",
        "posted_at",
        "direction = 'out' AND echo_of_id IS NULL AND deleted_at IS NULL AND text != ''",
    ),
)
FILL = (
    "UPDATE review_item SET conversation_id = "
    "(SELECT conversation_id FROM message WHERE message.id = review_item.message_id)"
)
FOLLOW = "UPDATE review_item SET conversation_id = NEW.conversation_id WHERE message_id = NEW.id"
ON_SQLITE = (
    "CREATE TRIGGER review_item_conversation AFTER INSERT ON review_item WHEN NEW.conversation_id IS NULL "
    f"BEGIN {FILL} WHERE id = NEW.id; END",
    f"CREATE TRIGGER message_moved AFTER UPDATE OF conversation_id ON message BEGIN {FOLLOW}; END",
)
ON_POSTGRES = (
    "CREATE FUNCTION keep_review_conversation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "NEW.conversation_id := (SELECT conversation_id FROM message WHERE message.id = NEW.message_id); RETURN NEW; "
    "END $$",
    "CREATE TRIGGER review_item_conversation BEFORE INSERT ON review_item FOR EACH ROW "
    "WHEN (NEW.conversation_id IS NULL) EXECUTE FUNCTION keep_review_conversation()",
    f"CREATE FUNCTION move_review_item() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {FOLLOW}; RETURN NEW; END $$",
    "CREATE TRIGGER message_moved AFTER UPDATE OF conversation_id ON message FOR EACH ROW "
    "EXECUTE FUNCTION move_review_item()",
)


def upgrade() -> None:
    op.add_column("review_item", sa.Column("conversation_id", sa.Integer(), nullable=True))
    op.execute(FILL)
    for name, table, column, condition in INDEXES:
        where: dict[str, Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text(condition))
        op.create_index(name, table, ["conversation_id", column, "id"], **where)
    for statement in ON_SQLITE if op.get_bind().dialect.name == "sqlite" else ON_POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER message_moved")
        op.execute("DROP TRIGGER review_item_conversation")
    else:
        op.execute("DROP TRIGGER message_moved ON message")
        op.execute("DROP FUNCTION move_review_item()")
        op.execute("DROP TRIGGER review_item_conversation ON review_item")
        op.execute("DROP FUNCTION keep_review_conversation()")
    for name, table, *_ in INDEXES:
        op.drop_index(name, table)
    op.drop_column("review_item", "conversation_id")
