"""Thanks for praise that a model wrote: they may take up what was said, and state nothing of their own."""

from __future__ import annotations

import re

from replyassist.core.word_lists import words_of
from replyassist.guardrails.coverage import facts_of
from replyassist.guardrails.pleasantries import is_pleasantry
from replyassist.guardrails.proof import sentences_of
from replyassist.guardrails.terms import terms
from replyassist.guardrails.text import normalise
from replyassist.guardrails.words import stem

MOST_SENTENCES = 3
OWN_WORDS = 1
"""Content words of a sentence that the message does not have: "superb" for "great"."""
_OPENS = re.compile(
    r"\W*(?:(?:and|we(?:'re| are)|i'm|so|really|very|just|absolutely|that's|it's|it is|this is|how|such) )*"
    r"(?:(?:glad|happy|delighted|pleased|thrilled|chuffed)(?: (?:to (?:hear|know|see|read)|that|you|your|it|the|our))?"
    r"|(?:lovely|great|wonderful|good|nice|amazing|fantastic|brilliant) to (?:hear|know|see|read)"
    r"|thank(?:s| you)(?: so much| a lot)? for|you(?:'ve| have)? (?:just |really )?made)(?!\w)"
)
_COURTEOUS = frozenset(map(stem, words_of("glad happy lovely great amazing thank thanks kind words hear enjoyed made")))
_UNMEANT = re.compile(
    r"(?<!\w)(?:will|'ll|going to|promise\w*|offer\w*|send|refund\w*|free|discount\w*|always|never"
    r"|look(?:ing)? forward)(?!\w)"
)


def only_thanks(text: str, *, message: str, longest: int) -> bool:
    """Whether a text thanks for a message, takes up one of its words at least, and states, promises and asks nothing.

    ``longest`` in characters. A sentence is a courtesy, or thanks or gladness in words of the message with
    ``OWN_WORDS`` besides. English only.
    """
    sentences = sentences_of(text)
    if not sentences or len(text) > longest or len(sentences) > MOST_SENTENCES or "?" in text or facts_of(text):
        return False
    heard = _stems(message)
    takes_up = bool(_stems(text) & (heard - _COURTEOUS))
    return takes_up and all(_thanks(sentence, heard) for sentence in sentences)


def _thanks(sentence: str, heard: frozenset[str]) -> bool:
    folded = normalise(sentence).text
    if _UNMEANT.search(folded):
        return False
    own = _stems(sentence) - heard - _COURTEOUS
    return is_pleasantry(sentence) if _OPENS.match(folded) is None else len(own) <= OWN_WORDS


def _stems(text: str) -> frozenset[str]:
    return frozenset(term.stem for term in terms(text))
