"""How well the things that a message asks are told apart, on labelled messages of writers apart."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

from replyassist.core.embedding import Encoder
from replyassist.core.errors import InvalidInput
from replyassist.core.words import read
from replyassist.evaluation.record import EvaluationRun
from replyassist.guardrails import Verdict
from replyassist.triage import Kind
from replyassist.triage.asking import questions_in
from replyassist.triage.asking.reader import shipped_reader

from .kinds import Labelled

COUNTED = frozenset({Kind.QUESTION, Kind.REQUEST, Kind.OWN_CASE, Kind.COMPLAINT, Kind.PRAISE})
"""Kinds of messages to the brand that may ask something."""
MANY = 3  # questions from which on it is no matter how many
WORST = 10
SEVERAL = "two_questions"  # the tag of eval/cases
AT_ONCE = 64  # texts


def measure_shipped(labelled: Sequence[Labelled], encoder: Encoder) -> dict[str, Any]:
    """The figures of the reader that travels with the program, with its median time without the embedding."""
    if encoder.model_digest != shipped_reader().encoder:
        raise InvalidInput("the reading of questions was fitted with another encoder")
    texts = [one.message.text for one in labelled]
    found, spent = [], []
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        for text, reading in zip(some, read(encoder, some), strict=True):
            started = time.perf_counter()
            found.append([each.text for each in questions_in(text, reading, encoder=encoder.model_digest)])
            spent.append((time.perf_counter() - started) * 1000)
    return measures_of(labelled, found) | {"milliseconds_p50": round(statistics.median(spent), 2)}


def measures_of(labelled: Sequence[Labelled], found: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Shares of the messages of ``COUNTED`` kinds: ``right_number`` of questions (none, one, two, three or more),
    ``several_seen`` of those that ask several, and ``single_split`` of those that ask one. ``worst`` are the first
    messages with several questions of which at most one was seen.
    """
    both = [(one, asked) for one, asked in zip(labelled, found, strict=True) if one.kind in COUNTED]
    several = [(one, asked) for one, asked in both if len(one.questions) > 1]
    return {
        "messages": len(both),
        "right_number": _share([_bucket(one.questions) == _bucket(asked) for one, asked in both]),
        "several": len(several),
        "several_seen": _share([len(asked) > 1 for _, asked in several]),
        "single_split": _share([len(asked) > 1 for one, asked in both if len(one.questions) == 1]),
        "none_seen": _share([bool(asked) for one, asked in both if not one.questions]),
        "number": {
            str(count): [
                sum(_bucket(one.questions) == count and _bucket(asked) == told for one, asked in both)
                for told in range(MANY + 1)
            ]
            for count in range(MANY + 1)
        },
        "worst": [
            {"id": one.id, "text": one.message.text[:200], "asks": list(one.questions), "seen": list(asked)}
            for one, asked in several
            if len(asked) < 2
        ][:WORST],
    }


def seen_in_ready(run: EvaluationRun) -> dict[str, Any]:
    """Of the drafts of a run that are called ready: the share that leaves no second question unseen.

    A case that asks several things has the tag ``two_questions``; they are seen where the proposal names them.
    """
    drafts = [(result.case, result.proposal) for result in run.results if result.proposal is not None]
    ready = [(case, proposal) for case, proposal in drafts if proposal.verdict is Verdict.READY]
    unseen = [case.id for case, proposal in ready if SEVERAL in case.tags and len(proposal.questions) < 2]
    seen = 1 - len(unseen) / len(ready) if ready else 1.0
    return {"ready_drafts": len(ready), "ready_all_seen": round(seen, 3), "ready_unseen": unseen}


def _bucket(questions: Sequence[str]) -> int:
    return min(MANY, len(questions))


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 3) if found else 0.0
