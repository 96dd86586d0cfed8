"""Keeps of a small model's draft only the sentences that its template says too, under the right greeting.

A base model wanders: it answers in the stranger's voice, echoes the question, invents. What it says in the template's
own words is usable; so each sentence is aligned with the template and dropped when it strays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from replyassist.brands.voice import VoiceRules
from replyassist.drafting.personalise import join
from replyassist.faq.template import ReplyTemplate

from .text import normalise
from .words import content_words

COPIED_SHARE = 0.8  # of a sentence's words that must stand in the template, in runs and in the template's order
SHORTEST_RUN = 3  # words; shorter runs agree by chance
_SENTENCE = re.compile(r"\S.*?(?:[.!?…]+(?=\s|$)|$)", re.DOTALL)
_GREETING = re.compile(
    r"^(?:hi|hey|hello|dear|hallo|good (?:day|morning|afternoon))\b[^.!?,]{0,40}[,!.]\s*", re.IGNORECASE
)
_NEGATION = re.compile(r"\b(?:not|no|never|none|nothing|cannot|without)\b|n't\b")
_TOKEN = re.compile(r"[^\W_]+(?:['.:,/@-][^\W_]+)*")
_CONDITIONS = frozenset({"if", "unless", "when", "once", "after", "until", "before", "while", "only"})
_YES_OR_NO = re.compile(r"^(?:yes|yep|no|nope|sure|of course)\b[,!.:]?\s*", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'll|my|me)\b")


def keep_supported(text: str, template: ReplyTemplate, *, voice: VoiceRules, greeting: str) -> str:
    """The draft with ``greeting`` and without stray or repeated sentences; empty when nothing is left.

    A sentence stays when it is one of the voice's own phrases, or when nearly all its words and all its numbers stand
    in the template in this order and it denies something just when the template does. A leading "Yes" or "No" is
    dropped unless the template has it: the model says either without knowing.
    """
    own = {normalise(phrase).text for phrases in voice.empathy.model_dump().values() for phrase in phrases if phrase}
    kept: list[str] = []
    supported = 0
    for said in _sentences(_GREETING.sub("", text.strip(), count=1)):
        sentence = said if _YES_OR_NO.match(template.rendered_reply) else _YES_OR_NO.sub("", said)
        if not sentence or sentence in kept:
            continue
        if normalise(sentence).text in own:
            kept.append(sentence)
        elif _is_supported(sentence, template.rendered_reply):
            kept.append(sentence)
            supported += 1
    if not supported:
        return ""
    return join(greeting, *(_capitalised(sentence) for sentence in kept))


def _sentences(text: str) -> Iterator[str]:
    for match in _SENTENCE.finditer(text):
        if sentence := match.group(0).strip():
            yield sentence


def _is_supported(sentence: str, reply: str) -> bool:
    said, source = normalise(sentence).text, normalise(reply).text
    if _FIRST_PERSON.search(said):
        return False
    words, known = _TOKEN.findall(said), _TOKEN.findall(source)
    copied = _copied(words, known)
    if any(_has_digit(word) and position not in copied for position, word in enumerate(words)):
        return False
    if not words or len(copied) / len(words) < COPIED_SHARE or _drops_condition(words, known):
        return False
    return bool(_NEGATION.search(said)) == bool(_NEGATION.search(_nearest(said, source)))


def _drops_condition(words: list[str], known: list[str]) -> bool:
    """Whether a run begins right after an "if" of the template that the sentence left out."""
    blocks = SequenceMatcher(a=words, b=known, autojunk=False).get_matching_blocks()
    starts = ((block.a, block.b) for block in blocks if block.size >= SHORTEST_RUN and block.b > 0)
    return any(known[b - 1] in _CONDITIONS and (a == 0 or words[a - 1] != known[b - 1]) for a, b in starts)


def _copied(words: list[str], known: list[str]) -> set[int]:
    """Positions in ``words`` of runs that stand in ``known`` too, in the same order."""
    blocks = SequenceMatcher(a=words, b=known, autojunk=False).get_matching_blocks()
    return {block.a + step for block in blocks if block.size >= SHORTEST_RUN for step in range(block.size)}


def _nearest(said: str, source: str) -> str:
    """The part of the template, a sentence or several, that covers what was said."""
    words = set(content_words(said))
    touched = [part for part in _sentences(source) if words & set(content_words(part))]
    best = max(touched, key=lambda part: len(words & set(content_words(part))), default="")
    covers_all = words <= set(content_words(best))
    return best if covers_all else " ".join(touched)


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
