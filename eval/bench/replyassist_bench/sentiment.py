"""The sentiment of short social text beside what twenty people said of it, and beside a word list's."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from replyassist.core.embedding import Vectors
from replyassist.core.errors import InvalidInput
from replyassist.inbox.inbound import InboundMessage
from replyassist.inbox.readable import readable

FILE = "vader_sentiment_ratings.csv"
SOURCE = "tweet"
MOST_RATED = 20_000
Part = Literal["train", "test"]


def read_rated(folder: Path, *, part: Part) -> tuple[list[InboundMessage], Vectors]:
    """Tweets of a half of the file and the mean rating of each, -4 to 4, shape (tweets,); split by SHA-256.

    Raise InvalidInput where the file is not there or a line has no rating.
    """
    path = folder / FILE
    if not path.is_file():
        raise InvalidInput("the benchmark's data is missing; set REPLYASSIST_BENCH_DATA", file=str(path))
    messages, ratings = [], []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            if row["source"] != SOURCE or _part_of(row["text"]) != part or number > MOST_RATED:
                continue
            try:
                ratings.append(float(row["mean_rating"]))
            except (TypeError, ValueError) as error:
                raise InvalidInput("no number", file=str(path), line=number, field="mean_rating") from error
            messages.append(InboundMessage(readable(row["text"])))
    return messages, np.array(ratings, dtype=np.float32)


def sentiment_figures(told: Sequence[float], messages: Sequence[InboundMessage], ratings: Vectors) -> dict[str, Any]:
    """Pearson of what was told with the mean rating, beside that of VADER (Hutto and Gilbert, 2014)."""
    analyzer = SentimentIntensityAnalyzer()
    by_words = [analyzer.polarity_scores(message.text)["compound"] for message in messages]
    return {
        "tweets": len(messages),
        "sentiment_pearson": round(float(np.corrcoef(told, ratings)[0, 1]), 3),
        "vader_pearson": round(float(np.corrcoef(by_words, ratings)[0, 1]), 3),
    }


def _part_of(text: str) -> Part:
    return "test" if hashlib.sha256(text.encode("utf-8")).digest()[-1] % 2 else "train"
