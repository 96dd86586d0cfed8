"""How a message sounds: anger, trouble, praise, or a question."""

from __future__ import annotations

import re

from .models import Mood

_ANGER = re.compile(
    r"\b(?:joke of a|absolute joke|disgrace\w*|ridiculous|rubbish|never again|rip ?-?off|scam\w*|worst|furious|"
    r"unacceptable|useless|pathetic|terrible|awful|hated|i hate (?:this|it|you)|fed up|"
    r"im done|i'?m done|liars?|shame on)\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:broken|burst|damaged|late|stuck|missing|lost|wrong|"
    r"still (?:pending|waiting|nothing)|not (?:work\w*|arriv\w*)|"
    r"doesn'?t work|invalid|error|crash\w*|freez\w*|complain\w*|disappoint\w*|overdrawn|locked|sold out|problem|issue|"
    r"can'?t|cant|won'?t|overpriced|bitter)\b",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:love(?:d|ly)?|loving|amazing|great|best|thank you|thanks|fantastic|brilliant|perfect|delicious|wow|obsessed|"
    r"compliments?|well done)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|\b(?:how|what|when|where|which|who|why|whats|whens|hows|"
    r"can (?:i|you|we|u)|could (?:i|you|u)|do (?:you|u|yous)|"
    r"does|is there|are there|any (?:plans|chance)|would (?:you|u)|will (?:you|there|it)|pls|please help)\b",
    re.IGNORECASE,
)


def mood_of(text: str) -> Mood:
    """A complaint before praise, and praise only where nothing is asked; else a question."""
    if is_angry(text) or _TROUBLE.search(text):
        return Mood.COMPLAINT
    if _PRAISE.search(text) and "?" not in text:
        return Mood.PRAISE
    return Mood.QUESTION


def is_angry(text: str) -> bool:
    """Whether the author is angry."""
    return _ANGER.search(text) is not None


def is_asking(text: str) -> bool:
    """Whether the author asks something, with or without a question mark."""
    return _QUESTION.search(text) is not None
