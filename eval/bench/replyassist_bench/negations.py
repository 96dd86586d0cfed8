"""Turn what a sentence states into its opposite.

Each sentence has at most one version for each of its parts that can be turned:

- a negation goes ("does not offer" -> "does offer", "there is no gym" -> "there is a gym");
- a statement gets one ("there is a gym" -> "there is no gym", "is open" -> "is not open", "they offer" -> "they do
  not offer");
- a word is swapped for its opposite (available and unavailable, allowed and not allowed, free and charged).

"Yes" and "no" at the beginning are turned with it, so that the sentence does not contradict itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_ANSWER = re.compile(r"^(?P<gap>\s*)(?P<word>yes|no|sure|of course|unfortunately|sadly)(?=[,.!;: ])", re.IGNORECASE)
_OPPOSITE_ANSWER = {
    "yes": "No",
    "sure": "No",
    "of course": "No",
    "no": "Yes",
    "unfortunately": "Yes",
    "sadly": "Yes",
}
_CONTRACTED = {"can": "can", "wo": "will", "sha": "shall", "ai": "is"}
_NOT_THE_SUBJECT = r"(?<!\bi )(?<!\bi'm )(?<!\bif you )(?<!\bwhat )"
_AUXILIARY = r"(?:is|are|was|were|can|will|may|must|should|would|could|does|do|did|has been|have been)"
_NOT = re.compile(
    rf"\b(?P<auxiliary>{_AUXILIARY}) not\b(?! only)|\b(?P<cannot>cannot)\b"
    r"|\b(?P<short>is|are|was|were|ca|wo|does|do|did|has|have|should|would|could|must)n['’]?t\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|no|never|cannot|without|nothing|none|neither|only)\b(?!,)|n['’]t\b", re.IGNORECASE)
_THERE_IS_NO = re.compile(r"\b(?P<there>there (?P<verb>is|are)(?: currently| also)?) (?:no|not any|not a|not)\b ", re.I)
_ANY = re.compile(r"(?<= )any (?=\w)")
_NO_OBJECT = re.compile(r"\b(?P<verb>has|have|offers?|provides?|serves?) no (?=[a-z])", re.IGNORECASE)
_THERE_IS = re.compile(
    r"\b(?P<there>there (?:is|are)(?: currently| also)?)"
    r"(?! (?:no|not|a few|several|many|plenty|lots)\b|[.,!]|\s*$)(?P<article> an?| some| any)?(?= )",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    rf"(?<!there ){_NOT_THE_SUBJECT}\b(?P<auxiliary>is|are|can|will|may|must)(?! not\b| no\b|n't|[.,!?]|\s*$)(?= )",
    re.IGNORECASE,
)
_MAIN_VERB = re.compile(
    r"(?:(?<=\bthey )|(?<=\bwe )|(?<=\bit )|(?<=\bhotel )|(?<=\brestaurant )|(?<=\btrain )|(?<=\bhere )|(?<=[a-z] ))"
    r"(?P<verb>offers|provides|serves|accepts|allows|requires|permits|has(?= an? | free | no? ?[a-z]+ing\b))(?= )",
    re.IGNORECASE,
)
_PLAIN_VERB = re.compile(
    r"(?:(?<=\bwe )|(?<=\bthey ))(?P<verb>offer|provide|serve|accept|allow|require|have)(?= )", re.IGNORECASE
)
_BASE = {
    "offers": "offer", "provides": "provide", "serves": "serve", "accepts": "accept", "allows": "allow",
    "requires": "require", "permits": "permit", "has": "have",
}  # fmt: skip
_OPPOSITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"(?<!not )\bavailable\b(?! upon| on request)", "unavailable"),
        (r"\bunavailable\b", "available"),
        (r"(?<=\bare )(?:allowed|permitted)\b|(?<=\bis )(?:allowed|permitted)\b", "not allowed"),
        (r"\b(?:prohibited|forbidden)\b", "allowed"),
        (r"(?<!not )\bincluded\b", "excluded"),
        (r"\b(?:free of charge|free of cost|at no (?:extra )?(?:cost|charge)|complimentary)\b", "at an extra charge"),
        (r"\bfor free\b", "for a fee"),
        (r"(?<=\bis )free(?= |[.,!]|$)(?! of\b| to\b)", "charged"),
        (r"\bfree(?= (?:wi-?fi|internet|parking|breakfast|cancellation|delivery|shipping)\b)", "paid"),
        (r"\bnon-refundable\b", "refundable"),
        (r"(?<!non-)(?<!non)\brefundable\b", "non-refundable"),
    )
)


def negated(sentence: str) -> list[str]:
    """Every version of the sentence that states the opposite of one of its parts; none when nothing can be turned."""
    versions = [version for turn in _TURNS for version in turn(sentence)]
    return [_answer_turned(version) for version in versions if version != sentence]


def _replaced(sentence: str, match: re.Match[str], replacement: str) -> str:
    return sentence[: match.start()] + replacement + sentence[match.end() :]


def _negation_removed(sentence: str) -> Iterator[str]:
    for match in _THERE_IS_NO.finditer(sentence):
        article = " a " if match["verb"].lower() == "is" and not re.match(r"an? ", sentence[match.end() :]) else " "
        yield _replaced(sentence, match, match["there"] + article)
    masked = _THERE_IS_NO.sub(lambda match: "\x00" * len(match[0]), sentence)
    for match in _NOT.finditer(masked):
        short = (match["short"] or "").lower()
        plain = match["auxiliary"] or ("can" if match["cannot"] else _CONTRACTED.get(short.removesuffix("n"), short))
        plain = "can" if short == "ca" else plain
        rest = _ANY.sub("", sentence[match.end() :], count=1)
        yield sentence[: match.start()] + plain + rest
    for match in _NO_OBJECT.finditer(sentence):
        yield _replaced(sentence, match, f"{match['verb']} ")


def _negation_added(sentence: str) -> Iterator[str]:
    if _NEGATION.search(_ANSWER.sub("", sentence)):
        return
    there = _THERE_IS.search(sentence)
    if there:
        yield _replaced(sentence, there, f"{there['there']} no")
        return
    statement = _STATEMENT.search(sentence)
    if statement:
        yield _replaced(sentence, statement, f"{statement['auxiliary']} not")
        return
    verb = _MAIN_VERB.search(sentence)
    if verb:
        yield _replaced(sentence, verb, f"does not {_BASE[verb['verb'].lower()]}")
        return
    verb = _PLAIN_VERB.search(sentence)
    if verb:
        yield _replaced(sentence, verb, f"do not {verb['verb']}")


def _word_swapped(sentence: str) -> Iterator[str]:
    if _NEGATION.search(_ANSWER.sub("", sentence)):
        return
    for pattern, opposite in _OPPOSITES:
        match = pattern.search(sentence)
        if match:
            yield _replaced(sentence, match, opposite)


_TURNS: tuple[Callable[[str], Iterator[str]], ...] = (_negation_removed, _negation_added, _word_swapped)


def _answer_turned(sentence: str) -> str:
    match = _ANSWER.match(sentence)
    if match is None:
        return sentence
    return f"{match['gap']}{_OPPOSITE_ANSWER[match['word'].lower()]}{sentence[match.end() :]}"
