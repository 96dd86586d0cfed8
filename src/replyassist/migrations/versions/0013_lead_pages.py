"""Who changed which template, what a change would do, and the indexes behind the pages of leads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from replyassist.migrations.append_only import refuse_changes

revision = "0013"
down_revision = "0012"

INDEXES = (
    ("ix_review_item_template", "review_item", ["brand_id", "template_id", "created_at"]),
    ("ix_audit_entry_actor", "audit_entry", ["actor_id", "id"]),
    ("ix_audit_entry_act", "audit_entry", ["act", "id"]),
    ("ix_audit_entry_at", "audit_entry", ["at"]),
    ("ix_message_channel", "message", ["brand_id", "channel", "received_at"]),
    ("ix_delivery_status", "delivery", ["channel", "status", "updated_at"]),
)


def upgrade() -> None:
    op.add_column("reply_template", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "template_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("template_id", sa.String(200), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_template_change_template", "template_change", ["brand_id", "template_id", "id"])
    op.execute(
        "INSERT INTO template_change (brand_id, template_id, act, version, actor, at) "
        "SELECT brand_id, template_id, CASE WHEN EXISTS (SELECT 1 FROM reply_template_version earlier "
        "WHERE earlier.brand_id = now.brand_id AND earlier.template_id = now.template_id AND earlier.id < now.id) "
        "THEN 'changed' ELSE 'added' END, version, '', created_at FROM reply_template_version now ORDER BY id"
    )
    refuse_changes("template_change")
    op.create_table(
        "template_trial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("template_id", sa.String(200), nullable=False),
        sa.Column("document", sa.JSON(), nullable=True),
        sa.Column("base_version", sa.String(64), nullable=True),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="template_trial_state"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_template_trial_brand", "template_trial", ["brand_id", "id"])
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table)
    op.drop_table("template_trial")
    op.drop_table("template_change")
    op.drop_column("reply_template", "confirmed_at")
