"""Templates and messages that no one here wrote: 27 reply templates without examples, 300 customer utterances."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from replyassist.core.errors import InvalidInput

EVERY, COUNT = 21, 300
UTTERANCES, TEMPLATES = "bitext_utterances.csv", "bitext_templates.csv"
COLUMN_MAP = {"id": "intent", "reply": "reply_template"}


def read_utterances(folder: Path, *, every: int = EVERY, count: int = COUNT) -> list[tuple[str, str]]:
    """Every 21st row, 300 of them: (text, intent)."""
    path = folder / UTTERANCES
    if not path.is_file():
        raise InvalidInput("the benchmark's data is missing; set REPLYASSIST_BENCH_DATA", file=str(path))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row["text"], row["intent"]) for row in rows[::every][:count]]


def score(rows: Sequence[dict[str, Any]], intents: dict[str, str]) -> dict[str, Any]:
    """How often the right template is first and among the first three, and who drafted.

    ``rows`` are the queue's rows; ``intents`` maps a message's external id to the right template.
    """
    known = [row for row in rows if row["external_id"] in intents]
    ranked = [([match["template_id"] for match in row["templates"]], intents[row["external_id"]]) for row in known]
    count = max(1, len(ranked))
    return {
        "messages": len(intents),
        "queued": len(known),
        "hit_at_1": round(sum(right in found[:1] for found, right in ranked) / count, 4),
        "hit_at_3": round(sum(right in found[:3] for found, right in ranked) / count, 4),
        "drafted_by": {
            name: round(number / count, 4) for name, number in Counter(row["drafted_by"] for row in known).items()
        },
        "abstained": round(sum(row["abstained"] for row in known) / count, 4),
        "routes": dict(Counter(row["route"] for row in known)),
        "verdicts": dict(Counter(row["verdict"] or "no_draft" for row in known)),
    }
