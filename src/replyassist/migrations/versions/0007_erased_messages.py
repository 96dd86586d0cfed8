"""Which messages may teach and propose nothing any more, also those that had taught nothing when they were erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "erased_message",
        sa.Column("message_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("ix_erased_message_brand_id", "erased_message", ["brand_id"], unique=False)
    op.execute(
        "INSERT INTO erased_message (message_id, brand_id, erased_at, erased_by) "
        "SELECT message_id, brand_id, max(withdrawn_at), max(withdrawn_by) FROM learned_example "
        "WHERE text = '' GROUP BY message_id, brand_id"
    )


def downgrade() -> None:
    op.drop_table("erased_message")
