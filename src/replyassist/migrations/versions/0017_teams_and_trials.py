"""Views of a team, who takes a turn at new items, and trials of templates on sets of cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    brand = sa.ForeignKey("brand.id", name="saved_view_brand")
    with op.batch_alter_table("saved_view") as table:
        table.add_column(sa.Column("brand_id", sa.String(60), brand, nullable=True))
    op.create_index("ix_saved_view_brand_id", "saved_view", ["brand_id"])
    op.create_table(
        "team_turn",
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("takes_part", sa.Boolean(), nullable=False),
        sa.Column("away_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("brand_id", "user_id"),
    )
    op.add_column("template_trial", sa.Column("cases", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("template_trial", "cases")
    op.drop_table("team_turn")
    op.drop_index("ix_saved_view_brand_id", "saved_view")
    op.execute("DELETE FROM saved_view WHERE brand_id IS NOT NULL")
    with op.batch_alter_table("saved_view") as table:
        table.drop_column("brand_id")
