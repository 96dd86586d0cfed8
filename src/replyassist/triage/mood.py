"""How a message sounds: anger, trouble, praise, or a question."""

from __future__ import annotations

import re

from .models import Mood

_ANGER = re.compile(
    r"\b(?:joke of a|absolute joke|disgrace\w*|ridiculous|rubbish|never again|rip ?-?off|scam\w*|worst|furious|"
    r"unacceptable|useless|pathetic|terrible|awful|hated|i hate (?:this|it|you)|fed up|im done|i'?m done|"
    r"liars?|shame on|livid|raging|fuming|appalling|shambles|shambolic|sick of (?:this|it|you|waiting)|"
    r"sick and tired|(?:so|very|really|pretty|fairly|quite|bit|more than) (?:annoyed|angry|upset|frustrated)|"
    r"not (?:happy|impressed|good enough|on|acceptable)|unhappy|(?:third|second|fourth|3rd|2nd|4th) time|"
    r"what'?s the (?:point|use)|what (?:am i|are we) (?:even )?paying|sort (?:it|this) out|do better|joke)\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:broken|burst|damaged|late|stuck|missing|lost|wrong|still (?:pending|waiting|nothing)|"
    r"not (?:work\w*|arriv\w*)|doesn'?t work|invalid|error|crash\w*|freez\w*|complain\w*|disappoint\w*|"
    r"overdrawn|locked|sold out|problem|issue|can'?t|cant|won'?t|overpriced|bitter|slit|torn|ripped|"
    r"leak(?:ed|ing|s)?|crushed|smashed|cracked|snapped|shattered|soaked|faulty|refuse[sd]?|overdue|delayed|"
    r"disappeared|vanished|ignored|stale|mouldy|sour|disgusting|gross|nothing since|"
    r"no (?:sign|answer|reply|response|email|e-mail)|still (?:no|not|hasn'?t|haven'?t|in transit)|"
    r"never (?:came|arrived|got|showed|received|replied|answered)|"
    r"(?:hasn'?t|haven'?t|didn'?t|did not) (?:\w+ )?"
    r"(?:come|arrived?|work(?:ed)?|show(?:ed)?|get|got|received?|turn(?:ed)?|moved?|go|gone)|"
    r"isn'?t (?:there|here|me)|charged (?:me )?(?:twice|again|double)|took (?:the )?money|keeps? (?:\w+ing)|"
    r"stopped working|locked out|not (?:there|here|received|showing|updat\w*)|annoy\w*|upset|frustrat\w*|"
    r"worried|worrying|panick\w*|help me)\b",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:love(?:d|ly)?|loving|amazing|great|best|thank you|thanks|fantastic|brilliant|perfect|delicious|wow|"
    r"obsessed|compliments?|well done)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|\b(?:how|what|when|where|which|who|why|whats|whens|hows|can (?:i|you|we|u)|could (?:i|you|u)|"
    r"do (?:you|u|yous)|does|is there|are there|any (?:plans|chance)|would (?:you|u)|will (?:you|there|it)|pls|"
    r"please help)\b",
    re.IGNORECASE,
)


def mood_of(text: str) -> Mood:
    """A complaint before praise, and praise only where nothing is asked; else a question."""
    if is_angry(text) or _TROUBLE.search(text):
        return Mood.COMPLAINT
    if _PRAISE.search(text) and not is_asking(text):
        return Mood.PRAISE
    return Mood.QUESTION


def is_angry(text: str) -> bool:
    """Whether the author is angry."""
    return _ANGER.search(text) is not None


def is_asking(text: str) -> bool:
    """Whether the author asks something, with or without a question mark."""
    return _QUESTION.search(text) is not None
