"""Of a connection: sending apart from reading, webhooks that were refused, who renews its token, what is no secret."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

TIME = sa.DateTime(timezone=True)
ADDED = ("sending_problem", "hooks_refused_at", "renewing_until", "options")


def upgrade() -> None:
    op.add_column("connection", sa.Column("sending_problem", sa.String(), nullable=False, server_default=""))
    op.add_column("connection", sa.Column("hooks_refused_at", TIME, nullable=True))
    op.add_column("connection", sa.Column("renewing_until", TIME, nullable=True))
    op.add_column("connection", sa.Column("options", sa.JSON(), nullable=True))


def downgrade() -> None:
    for name in ADDED:
        op.drop_column("connection", name)
