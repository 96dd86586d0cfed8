"""The index of words that finds items of the queue, and the triggers that keep an item's columns as words in it."""

from __future__ import annotations

from alembic import op

FACETS = (
    ("brand_id", "b"), ("status", "s"), ("channel", "c"), ("visibility", "p"), ("kind", "k"), ("risk", "r"),
    ("route", "o"), ("verdict", "v"), ("language", "l"), ("template_id", "t"), ("assigned_to", "a"),
)  # fmt: skip
KEEP_FACETS = (
    "INSERT INTO review_search (review_item_id, words, facets) VALUES (NEW.id, '', FACETS) "
    "ON CONFLICT (review_item_id) DO UPDATE SET facets = excluded.facets"
)
FACET_COLUMNS = ", ".join(name for name, _ in FACETS)


def add_sqlite_search() -> None:
    """An FTS5 index whose content is ``review_search``, kept by the triggers that its documentation gives."""
    op.execute(
        "CREATE VIRTUAL TABLE review_search_index USING fts5(words, facets, content='review_search', "
        "content_rowid='review_item_id', tokenize=\"ascii tokenchars '_'\", detail=none)"
    )
    gone = (
        "INSERT INTO review_search_index (review_search_index, rowid, words, facets) "
        "VALUES ('delete', OLD.review_item_id, OLD.words, OLD.facets);"
    )
    there = "INSERT INTO review_search_index (rowid, words, facets) VALUES (NEW.review_item_id, NEW.words, NEW.facets);"
    for verb, acts in (("INSERT", there), ("DELETE", gone), ("UPDATE", f"{gone} {there}")):
        op.execute(f"CREATE TRIGGER review_search_on_{verb.lower()} AFTER {verb} ON review_search BEGIN {acts} END")
    facets = _facets("'_{letter}' || lower(hex(coalesce(NEW.{name}, '')))")
    keep = KEEP_FACETS.replace("FACETS", facets)
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name, _ in FACETS)
    op.execute(f"CREATE TRIGGER review_item_facets_on_insert AFTER INSERT ON review_item BEGIN {keep}; END")
    op.execute(
        f"CREATE TRIGGER review_item_facets_on_update AFTER UPDATE OF {FACET_COLUMNS} ON review_item "
        f"WHEN {changed} BEGIN {keep}; END"
    )


def add_postgres_search() -> None:
    """A column that the database computes, of words that are split already: no text search configuration is asked."""
    op.execute(
        "ALTER TABLE review_search ADD COLUMN lexemes tsvector GENERATED ALWAYS AS "
        "(array_to_tsvector(array_remove(string_to_array(words || ' ' || facets, ' '), ''))) STORED"
    )
    op.execute("CREATE INDEX ix_review_search_lexemes ON review_search USING gin (lexemes)")
    facets = _facets("'_{letter}' || encode(convert_to(coalesce(NEW.{name}::text, ''), 'UTF8'), 'hex')")
    keep = KEEP_FACETS.replace("FACETS", facets)
    op.execute(
        "CREATE FUNCTION keep_review_facets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"{keep} WHERE review_search.facets <> excluded.facets; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER review_item_facets AFTER INSERT OR UPDATE OF {FACET_COLUMNS} ON review_item "
        "FOR EACH ROW EXECUTE FUNCTION keep_review_facets()"
    )


def _facets(each: str) -> str:
    return " || ' ' || ".join(each.format(name=name, letter=letter) for name, letter in FACETS)


def drop_search() -> None:
    """Take away what either made beside the table."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("review_item_facets_on_insert", "review_item_facets_on_update"):
            op.execute(f"DROP TRIGGER {name}")
        op.drop_table("review_search_index")
    else:
        op.execute("DROP TRIGGER review_item_facets ON review_item")
        op.execute("DROP FUNCTION keep_review_facets()")
