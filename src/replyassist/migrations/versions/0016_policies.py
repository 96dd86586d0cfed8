"""Policies, second persons, items that only leads see, practice, what was shown to whom, and seeded checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from replyassist.migrations.append_only import refuse_changes

revision = "0016"
down_revision = "0015"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("review_item", sa.Column("is_for_leads", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "policy_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand_id", "number"),
    )
    op.create_table(
        "proposed_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_item_id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=False),
        sa.Column("proposer_kind", sa.String(10), nullable=False),
        sa.Column("proposer", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("binding_digest", sa.String(64), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("proposer_kind = 'person'", name="proposed_by_a_person"),
        sa.ForeignKeyConstraint(["proposer_id", "proposer_kind"], ["user_account.id", "user_account.kind"]),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"]),
        sa.ForeignKeyConstraint(["audit_id"], ["audit_entry.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_proposed_approval_review_item_id", "proposed_approval", ["review_item_id"], unique=False)
    op.create_table(
        "practice_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(60), nullable=False),
        sa.Column("item_keys", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_practice_run_user_id", "practice_run", ["user_id"], unique=False)
    op.create_table(
        "item_shown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_item_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("shown_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_item_shown_item", "item_shown", ["review_item_id", "user_id", "shown_at"], unique=False)
    op.create_index("ix_item_shown_user", "item_shown", ["user_id", "shown_at"], unique=False)
    op.create_table(
        "seeded_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_item_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.String(64), nullable=False),
        sa.Column("right", sa.String(200), nullable=False),
        sa.Column("wrong", sa.String(200), nullable=False),
        sa.Column("shown_at", TIME, nullable=False),
        sa.Column("missed_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("review_item_id"),
    )
    op.create_index("ix_seeded_check_user_id", "seeded_check", ["user_id"], unique=False)
    _refuse_seeded_texts()
    refuse_changes("policy_version", "proposed_approval")


def _refuse_seeded_texts() -> None:
    """A trigger that refuses every approval of a text with a planted error: without one, nothing is ever sent."""
    seeded = "SELECT 1 FROM seeded_check WHERE review_item_id = NEW.review_item_id AND text_digest = NEW.text_digest"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER approval_not_seeded BEFORE INSERT ON approval WHEN EXISTS ({seeded}) "
            "BEGIN SELECT RAISE(ABORT, 'a seeded text is never approved'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_seeded() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF EXISTS ({seeded}) THEN RAISE EXCEPTION 'a seeded text is never approved'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER approval_not_seeded BEFORE INSERT ON approval FOR EACH ROW EXECUTE FUNCTION refuse_seeded()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER approval_not_seeded")
    else:
        op.execute("DROP TRIGGER approval_not_seeded ON approval")
        op.execute("DROP FUNCTION refuse_seeded()")
    op.drop_table("seeded_check")
    op.drop_table("item_shown")
    op.drop_table("practice_run")
    op.drop_table("proposed_approval")
    op.drop_table("policy_version")
    op.drop_column("review_item", "is_for_leads")
