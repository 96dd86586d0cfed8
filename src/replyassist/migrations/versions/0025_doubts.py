"""Which reply has an id at its platform is asked before what was found counts as another one's."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_delivery_platform_id", "delivery", ["platform_id"])


def downgrade() -> None:
    op.drop_index("ix_delivery_platform_id", "delivery")
