"""What the templates of a draft say and the draft does not: sentences to add beside the editor."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from replyassist.core.language import detect_language
from replyassist.drafting.courtesies import bare
from replyassist.guardrails.text import sentence_spans

MOST_UNSAID = 12


@dataclass(frozen=True)
class UnsaidSentence:
    """A sentence of a template that the draft leaves out; ``after``: the last before it that the draft says, or ""."""

    text: str
    after: str


def unsaid_sentences(draft: str, replies: Iterable[str]) -> list[UnsaidSentence]:
    """Those of the templates' replies that a draft does not have word for word, ``MOST_UNSAID`` at most."""
    said = draft.casefold()
    found: list[UnsaidSentence] = []
    for whole in replies:
        before, reply = "", bare(whole, languages=(detect_language(whole),))
        for start, end in sentence_spans(reply):
            sentence = reply[start:end]
            if re.search(rf"(?<!\w){re.escape(sentence.casefold().rstrip('.!'))}(?!\w)", said):
                before = sentence
            else:
                found.append(UnsaidSentence(sentence, before))
    return found[:MOST_UNSAID]
