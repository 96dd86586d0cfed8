"""Content words: what a sentence is about, without the words that every sentence has."""

from __future__ import annotations

import re
from functools import lru_cache

from replyassist.core.word_lists import words_of
from replyassist.guardrails.text import normalise

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_HYPHENATED = re.compile(r"(?<!\w)(e|wi|check)[ -](mails?|mailed|fi|in|out)(?!\w)")
_ENDINGS = (
    "ations", "ation", "ingly", "ments", "ment", "ings", "ions", "able", "ing", "ies", "ied", "ion", "ers", "ely",
    "er", "ed", "es", "ly", "al", "s", "e", "y",
)  # fmt: skip
_STOP_WORDS = words_of(
    """
    a able about above after again all almost already also always am an and another any anybody anyone anything are
    aren't around as ask at away back be because been before being below best better between bit both but by came can
    can't cannot case come comes could couldn't day did didn't do does doesn't doing don't done down during each either
    else enough even ever every everyone everything few find first for from further gave get gets getting give given
    gives go goes going gone good got had has have haven't having he help her here here's hers him his how i i'd i'll
    i'm i've if in into is isn't it it'd it'll it's its just keep kind know last later least less let let's like little
    long look lot lots made make makes making many may maybe me might mine more most much must my need needs never new
    next no nobody none nor not nothing now of off often on once one ones only onto or other others our ours out over
    own part per please possible put quite rather really right said same saw say see seem seen send sent she should
    shouldn't since so some somebody someone something soon still such sure take takes taking tell than that that's
    the their theirs them then there there's these they they'll they're they've thing things think this those though
    through till time to together too took try two under until up upon us use used using usually very via want wants
    was wasn't way we we'd we'll we're we've well went were weren't what what's when where which while who whole why
    will with within without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself
    """
)
_PLEASANTRIES = words_of(
    """
    absolutely anytime apologies apologise apologize appreciate ask asked asking assist brilliant care chat cheers
    course course day dear enjoy excited fair fan fantastic feedback feel free friend frustrating glad great grin
    happy hear heard hello hey hi hope hugs kind know lovely love loved luck lucky message morning nice oh ouch
    patience pleasure please question questions read reach reply shame sharing smile sorry soon support team thank
    thanks trouble understand understandable unfortunately welcome wish wonderful words worries worry write writing
    yay yep
    """
)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its ending, so that its forms are one."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def is_stop_word(word: str) -> bool:
    """Whether every text has this folded word, or every polite one."""
    return word in _STOP_WORDS or word in _PLEASANTRIES


@lru_cache(maxsize=1024)
def content_words(text: str) -> tuple[str, ...]:
    """The stems of the content words of a text, in order."""
    return tuple(
        stem(word)
        for word in _WORD.findall(_HYPHENATED.sub(r"\1\2", normalise(text).text))
        if len(word) > 2 and not is_stop_word(word)
    )


@lru_cache(maxsize=512)
def content_vocabulary(texts: tuple[str, ...]) -> frozenset[str]:
    """The stems of the content words of some texts."""
    return frozenset(word for text in texts for word in content_words(text))
