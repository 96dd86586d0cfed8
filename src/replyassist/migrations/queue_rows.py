"""What the new columns of items that are there already hold, read from their proposals, messages and audit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from replyassist.review.repository.search import joined_words

ROWS_AT_ONCE = 500
BEGINNING = 280


def stored_items() -> Iterator[list[dict[str, Any]]]:
    """The items there are, with their authors and conversations, some at a time."""
    after = 0
    while True:
        found = op.get_bind().execute(
            sa.text(
                "SELECT i.id, i.message_id, i.status, i.draft, i.created_at, i.updated_at, i.proposal, i.template_id, "
                "m.posted_at, a.name, a.handle, c.visibility FROM review_item i JOIN message m ON m.id = i.message_id "
                "JOIN author a ON a.id = m.author_id JOIN conversation c ON c.id = m.conversation_id "
                "WHERE i.id > :after ORDER BY i.id LIMIT :limit"
            ).columns(proposal=sa.JSON),
            {"after": after, "limit": ROWS_AT_ONCE},
        )
        rows = [dict(row._mapping) for row in found]
        if not rows:
            return
        yield rows
        after = rows[-1]["id"]


def fill(rows: list[dict[str, Any]], filled: Sequence[str]) -> None:
    """Give these items the values of the columns ``filled``, and their words."""
    parts, acts = _parts(rows), _acts(rows)
    values: list[dict[str, Any]] = [
        _of_proposal(row) | _of_message(row, parts[row["message_id"]]) | acts[row["id"]] for row in rows
    ]
    items = sa.table("review_item", sa.column("id"), *(sa.column(name) for name in filled))
    search = sa.table("review_search", sa.column("review_item_id"), sa.column("words"))
    bind = op.get_bind()
    bind.execute(
        sa.update(items)
        .where(items.c.id == sa.bindparam("item"))
        .values({name: sa.bindparam(name) for name in filled}),
        values,
    )
    bind.execute(
        sa.update(search).where(search.c.review_item_id == sa.bindparam("item")).values(words=sa.bindparam("words")),
        [{"item": row["item"], "words": row["words"]} for row in values],
    )


def _of_proposal(row: dict[str, Any]) -> dict[str, Any]:
    proposal = row["proposal"]
    triage = proposal.get("triage") or {}
    odds = (triage.get("reading") or {}).get("probabilities") or {}
    first = [[proposal["template_id"], proposal.get("template_version") or ""]] if proposal.get("template_id") else []
    also = proposal.get("also_templates")
    if also is None and proposal.get("also_template_id"):
        also = [{"id": proposal["also_template_id"], "version": proposal.get("also_template_version")}]
    kept = any(candidate.get("text") == row["draft"] for candidate in proposal.get("candidates") or ())
    shown = ("template_id", "title", "score", "probability")
    matches = [
        {name: match[name] for name in shown if match.get(name) is not None}
        for match in proposal.get("templates") or ()
    ]
    return {
        "kind": max(odds, key=lambda kind: odds[kind]) if odds else None,
        "language": triage.get("language") or "und",
        "reason": proposal.get("reason") or "",
        "abstained": bool(proposal.get("abstained")),
        "matches": json.dumps(matches),
        "template_versions": json.dumps([*first, *([used["id"], used.get("version") or ""] for used in also or ())]),
        "voice_version": proposal.get("voice_version") or "" if kept else "",
    }


def _of_message(row: dict[str, Any], parts: list[dict[str, Any]]) -> dict[str, Any]:
    standing = [part for part in parts if part["deleted_at"] is None] or parts
    text = "\n".join(part["text"] for part in standing if part["text"])
    matches = row["proposal"].get("templates") or ()
    titles = [match["title"] for match in matches if match.get("template_id") == row["template_id"]]
    return {
        "item": row["id"],
        "author_name": row["name"],
        "author_handle": row["handle"],
        "beginning": re.sub(r"\s+", " ", text[: 4 * BEGINNING]).strip()[:BEGINNING],
        "attachment_kinds": json.dumps([each.get("kind") for part in standing for each in part["attachments"]]),
        "visibility": row["visibility"],
        "posted_at": row["posted_at"],
        "words": joined_words(row["name"], row["handle"], text, row["template_id"], *titles),
    }


def _parts(rows: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {row["message_id"]: [] for row in rows}
    messages = sa.table(
        "message",
        sa.column("id"),
        sa.column("part_of_id"),
        sa.column("text"),
        sa.column("deleted_at"),
        sa.column("posted_at"),
        sa.column("attachments", sa.JSON),
    )
    wanted = sa.or_(messages.c.id.in_(list(found)), messages.c.part_of_id.in_(list(found)))
    query = sa.select(messages).where(wanted).order_by(messages.c.posted_at, messages.c.id)
    for part in op.get_bind().execute(query).mappings():
        for root in {part["id"], part["part_of_id"]} & found.keys():
            found[root].append(dict(part))
    return found


def _acts(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """When each item came to its status, and who decided it: as its audit tells."""
    found: dict[int, dict[str, Any]] = {
        row["id"]: {
            "moved_at": row["created_at"],
            "escalated_at": None,
            "decided_by": None,
            "decided_at": None,
        }
        for row in rows
    }
    entries = sa.table(
        "audit_entry",
        *(sa.column(name) for name in ("id", "review_item_id", "at", "actor_id", "act", "from_status", "to_status")),
    )
    query = sa.select(entries).where(entries.c.review_item_id.in_(list(found))).order_by(entries.c.id)
    for entry in op.get_bind().execute(query).mappings():
        _tell(found[entry["review_item_id"]], entry)
    return found


def _tell(known: dict[str, Any], entry: Any) -> None:
    at: datetime | str = entry["at"]
    if entry["from_status"] != entry["to_status"]:
        known["moved_at"] = at
    if entry["act"] == "escalated":
        known["escalated_at"] = at
    if entry["to_status"] in ("pending", "escalated"):
        known |= {"decided_by": None, "decided_at": None}
    elif entry["actor_id"] is not None and entry["to_status"] in ("approved", "rejected"):
        known |= {"decided_by": entry["actor_id"], "decided_at": at}
