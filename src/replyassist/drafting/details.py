"""A detail of the message that the reply can take up, so that it is clear that somebody read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from replyassist.core.word_lists import words_of

MOST_DETAILS = 8
_LONGEST = 2  # words after "your" or "the"
_SHORTEST_WORD = 3
_CLAUSE = re.compile(r"[^\w\s'’-]+|\n")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# How the brand says what the author calls "mine".
_OWNERS = {"my": "your", "our": "your", "your": "our", "ur": "our", "the": "the", "that": "that", "this": "this"}


# Words that start another part of the sentence: a noun phrase ends before them.
_ENDS = words_of(
    """
    a about after again all also always am an and any are aren't arrive arrived arrives as ask at away back be
    because been before being bit both bought but by came can can't cannot come comes coming could couldn't day did
    didn't do does doesn't doing don't earn earned earns end ended ends even ever every for from get gets getting
    give given go goes going gone got had has hasn't have haven't help her here herself himself his how i i'd i'll
    i'm i've if in into is isn't it it's its itself just keep keeps kept later leave leaves leaving left like look
    looks lot made make makes may me might month more my need needs never no not now of off on once one ones only
    open opened or other our out over own please put really rest said same say says see seem seems send sent she
    should since so some still stopped stuff take takes taking than that thats the their them themselves then there
    they thing things this those time to today tomorrow too took tried try turn turned u until up ur us use used
    using very want wanted wants was wasn't way we week went were what when where which while who why will with
    without won't work worked works would wouldn't year yes yesterday yet you your
    """
)


def details_in(message: str, *, title: str, vocabulary: Sequence[str]) -> tuple[str, ...]:
    """Noun phrases such as "your parcel" or "the newsletter code" that the template knows.

    One word must stand in its ``title``, two must stand side by side in one of the ``vocabulary`` texts: that keeps a
    detail to the subject, to a spelling that somebody checked, and to words that belong together. Readers found other
    phrases ("our coffee vegan", "the round") clumsy. At most ``MOST_DETAILS``; empty when the message offers none.
    """
    texts = (title, *vocabulary)
    words = {word for text in texts for word in _WORD.findall(text)}
    calm = _WORD.sub(lambda word: word[0] if word[0] in words or not word[0].isupper() else word[0].lower(), message)
    subjects = {word.lower() for word in _WORD.findall(title)}
    pairs = {pair for text in texts for pair in pairwise(_WORD.findall(text.lower()))}
    found = dict.fromkeys(detail for clause in _CLAUSE.split(calm) for detail in _details(clause, subjects, pairs))
    return tuple(found)[:MOST_DETAILS]


def _details(clause: str, subjects: set[str], pairs: set[tuple[str, str]]) -> Iterator[str]:
    words = clause.split()
    for position, word in enumerate(words):
        owner = _OWNERS.get(word.lower())
        if owner is None:
            continue
        phrase: list[str] = []
        for follower in words[position + 1 : position + 1 + _LONGEST]:
            plain = follower.lower().replace("’", "'")
            if plain in _ENDS or not _WORD.fullmatch(follower):
                break
            phrase.append(follower)
        folded = tuple(word.lower() for word in phrase)
        if folded in pairs or (len(folded) == 1 and _is_known(folded[0], subjects)):
            yield " ".join([owner, *phrase])


def _is_known(word: str, known: set[str]) -> bool:
    """Whether the vocabulary has the word, in the singular or the plural."""
    if len(word) < _SHORTEST_WORD:
        return False
    return bool(known & {word, word + "s", word.removesuffix("s"), word.removesuffix("es"), word + "es"})
