"""What people keep changing in the drafts of one template: sentences that go out and come in again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from replyassist.guardrails.text import compact, sentence_spans

from .repository.outcomes import EditedReply

FEWEST = 2  # replies; what one person changed once is no habit
SHOWN = 5


@dataclass(frozen=True)
class TypicalEdits:
    """Sentences as they were last written, and in how many replies; the most frequent first."""

    taken_out: tuple[tuple[str, int], ...]
    put_in: tuple[tuple[str, int], ...]

    @property
    def is_any(self) -> bool:
        """Whether there is a habit."""
        return bool(self.taken_out or self.put_in)


def typical_edits(replies: Sequence[EditedReply]) -> TypicalEdits:
    """Of replies that were changed; sentences are the same whatever their case and punctuation."""
    gone: Counter[str] = Counter()
    came: Counter[str] = Counter()
    words: dict[str, str] = {}
    for reply in replies:
        before, after = _sentences(reply.draft), _sentences(reply.text)
        gone.update(before.keys() - after.keys())
        came.update(after.keys() - before.keys())
        words = before | after | words
    return TypicalEdits(_frequent(gone, words), _frequent(came, words))


def _sentences(text: str) -> dict[str, str]:
    spans = (text[start:end] for start, end in sentence_spans(text))
    return {key: sentence for sentence in spans if (key := compact(sentence))}


def _frequent(counted: Counter[str], words: dict[str, str]) -> tuple[tuple[str, int], ...]:
    return tuple((words[key], number) for key, number in counted.most_common(SHOWN) if number >= FEWEST)
