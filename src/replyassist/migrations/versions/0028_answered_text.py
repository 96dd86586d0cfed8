"""What a message alone answers, beside the post that all messages of its conversation stand under."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("message", sa.Column("answered_text", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "answered_text")
