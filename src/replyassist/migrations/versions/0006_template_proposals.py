"""Templates that past messages propose, and what they would have answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "template_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("suggested_id", sa.String(200), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.Column("extends", sa.String(200), nullable=True),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(200), nullable=True),
        sa.Column("accepted_as", sa.String(200), nullable=True),
        sa.CheckConstraint("state IN ('open', 'accepted', 'dismissed')", name="template_proposal_state"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_template_proposal_brand", "template_proposal", ["brand_id", "state", "id"], unique=False)
    op.create_table(
        "template_proposal_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("coverage", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_template_proposal_run_brand_id", "template_proposal_run", ["brand_id"], unique=False)


def downgrade() -> None:
    op.drop_table("template_proposal_run")
    op.drop_table("template_proposal")
