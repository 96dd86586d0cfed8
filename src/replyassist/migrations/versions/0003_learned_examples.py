"""What people's decisions taught about templates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "learned_example",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("template_id", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.String(64), nullable=False),
        sa.Column("counts_against", sa.Boolean(), nullable=False),
        sa.Column("review_item_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(30), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(200), nullable=True),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("review_item_id", "template_id", "counts_against"),
    )
    op.create_index("ix_learned_example_template", "learned_example", ["brand_id", "template_id", "id"], unique=False)
    op.create_index("ix_learned_example_message", "learned_example", ["message_id"], unique=False)


def downgrade() -> None:
    op.drop_table("learned_example")
