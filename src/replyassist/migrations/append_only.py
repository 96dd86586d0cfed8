"""Tables whose rows stay as they were written: triggers that refuse every UPDATE and DELETE.

Released migrations use it: what it makes must not change.
"""

from __future__ import annotations

from alembic import op


def refuse_changes(*tables: str) -> None:
    """Make the triggers on each table; on PostgreSQL they call what ``create_refusal`` made."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in tables:
        if is_sqlite:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )


def create_refusal() -> None:
    """Make PostgreSQL's function that those triggers call; the first migration does it once."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
