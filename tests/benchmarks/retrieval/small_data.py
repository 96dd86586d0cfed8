"""Files of the benchmark's shape, small enough to encode in a blink."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from replyassist_bench.retrieval.data import RETRIEVAL_DEV

ASKED = {
    "track_order": ["where is my parcel", "has my order shipped yet", "when does my delivery come", "track my box"],
    "get_refund": [
        "I want my money back",
        "how do I get a refund",
        "refund my purchase please",
        "can you reimburse me",
    ],
    "change_password": ["I forgot my password", "reset my login", "how to change my password", "cannot sign in"],
    "opening_hours": ["when do you open", "are you open on Sunday", "what are your hours", "how late is it open"],
}
MESSAGES = {
    "track_order": "my parcel has not come yet, where is it?",
    "get_refund": "please give me a refund",
    "change_password": "my password does not work, reset it",
    "opening_hours": "until when are you open today",
}


def write_small_data(folder: Path) -> None:
    """Each data set with four intents; sureness is fitted on 30 messages at least."""
    train = [(text, intent) for intent, texts in ASKED.items() for text in texts]
    test = [(text, intent) for intent, text in MESSAGES.items()]
    _write(folder / "banking77_train.csv", ["text", "intent"], train)
    _write(folder / "banking77_test.csv", ["text", "intent"], test)
    outside = [("what is the capital of Peru", "oos"), ("sing me a song", "oos")]
    parts = {"train": train + outside[:1], "val": (test + outside) * 15, "test": (test + outside) * 15}
    _write(
        folder / "clinc150_full.csv",
        ["split", "text", "intent", "domain"],
        [(part, text, intent, "shop") for part, rows in parts.items() for text, intent in rows],
    )
    _write(
        folder / "bitext_templates.csv",
        ["intent", "category", "reply_template"],
        [(intent, "shop", f"Thanks for asking. {texts[0]}? We will tell you.") for intent, texts in ASKED.items()],
    )
    rows = [(text, intent, "shop", "") for text, intent in [*test, *train]]
    _write(folder / "bitext_utterances.csv", ["text", "intent", "category", "tags"], rows * 16)
    templates = [{"id": intent, "questions": texts[:2], "reply": intent} for intent, texts in ASKED.items()]
    cases = [{"text": text, "expected": {"template_id": intent}} for text, intent in test]
    cases += [{"text": text, "expected": {"template_id": None}} for text, _ in outside]
    for name in RETRIEVAL_DEV:
        _write_lines(folder / "retrieval_dev" / f"{name}.faq.jsonl", templates)
        _write_lines(folder / "retrieval_dev" / f"{name}.cases.jsonl", cases)


def _write(path: Path, columns: list[str], rows: Sequence[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def _write_lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
