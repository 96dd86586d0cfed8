"""What became of a set of messages: by route, verdict and origin of the draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any

from rich.table import Table
from sqlmodel import Session

from replyassist.review.models import ReviewItem
from replyassist.review.repository import items_of_messages

CHUNK = 500
NO_DRAFT = "no_draft"


def summarise(session: Session, message_ids: Sequence[int]) -> dict[str, Any]:
    """Counts over the review items of these messages, and the median seconds of a draft."""
    items: list[ReviewItem] = []
    for start in range(0, len(message_ids), CHUNK):
        chunk = message_ids[start : start + CHUNK]
        items += items_of_messages(session, chunk)
    seconds = [item.proposal.timings.total / 1000 for item in items if item.draft]
    return {
        "messages": len(message_ids),
        "queued": len(items),
        "routes": dict(Counter(item.route for item in items)),
        "verdicts": dict(Counter(item.verdict or NO_DRAFT for item in items)),
        "drafted_by": dict(Counter(item.drafted_by for item in items)),
        "abstained": sum(item.proposal.abstained for item in items),
        "seconds_per_draft_p50": round(median(seconds), 3) if seconds else None,
    }


def summary_table(summary: dict[str, Any]) -> Table:
    """The summary for people."""
    table = Table(title=f"{summary['queued']} of {summary['messages']} messages are in the queue")
    table.add_column("")
    table.add_column("")
    table.add_column("messages", justify="right")
    for title, key in (("route", "routes"), ("verdict", "verdicts"), ("drafted by", "drafted_by")):
        for row, (name, count) in enumerate(sorted(summary[key].items(), key=lambda pair: -pair[1])):
            table.add_row("" if row else title, name.replace("_", " "), str(count))
        table.add_section()
    if summary["seconds_per_draft_p50"] is not None:
        table.add_row("seconds per draft", "median", f"{summary['seconds_per_draft_p50']:.2f}")
    return table
