"""Which language a text is written in, and how sure that is."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

LAST_LATIN = "\u0250"  # end of Latin Extended-B
ENGLISH = "en"

SHORT_LETTERS = 25
"""Latin letters below which letter statistics guess; function words must decide."""
ENGLISH_MARGIN = 0.25
"""How much likelier than English a foreign guess must be: slang and typos look foreign to a detector."""
CERTAIN_FROM, CERTAIN_MARGIN = 0.6, 0.4
"""Likelihood, and lead over the expected language, from which a text counts as clearly written in another one.

All were chosen on the sample messages and on the sentences of this module's tests.
"""
PLAIN_WORDS, PLAIN_LEAD = 4, 3  # English function words, and how many times as many as of any other language
FOREIGN_WORDS = 2  # function words that show the language of a short text

_NOT_WORDS = re.compile(r"https?://\S+|[^\s@]{1,64}@\S+|[@#]\w+|[^\w\s'’¿¡]|\d|_")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_FUNCTION_WORDS: dict[str, frozenset[str]] = {
    code: frozenset(words.split())
    for code, words in {
        "en": "the is are you your my it and do does what where when how with for this that have has can will we not "
        "of to please thanks there i'm don't it's was were would could from they our any if but which why who "
        "u ur pls r lol omg idk ngl tbh",
        "de": "ich ist und nicht das der ein eine einen meine mein mir mich wo wann wie wird habt habe haben hat kann "
        "könnt ihr euch auch noch für mit auf bei von zu zum schon bitte warum gibt nach wir sie es danke",
        "fr": "je est et pas le la les des une mon ma mes vous votre vos où quand comment pourquoi avez ai suis sont "
        "avec pour dans sur que qui c'est j'ai n'ai bonjour merci il elle nous ça combien livrez",
        "es": "el la los las es está están y mi mis tu qué que dónde cuándo cómo cuánto para con por una un no hay "
        "tienen puedo tiene muy pero hola gracias envían llega sin del se en de",
        "it": "il lo la gli le è sono e non mio mia dove quando come perché quanto per con una un avete posso spedite "
        "che dov'è c'è ho ciao grazie anche del della di si",
        "pt": "o os as é está e meu minha onde quando como quanto para com por uma um não vocês tem posso mas olá "
        "obrigado obrigada enviam do da em",
        "nl": "ik is en niet het de een mijn waar wanneer hoe hebben heb kan jullie ook voor met op van naar zijn "
        "waarom bestelling dank hallo graag wordt",
    }.items()
}
_OPENING_MARKS = re.compile("[¿¡]")


@dataclass(frozen=True)
class LanguageGuess:
    """The likeliest language (ISO 639-1) and the likelihood of each, 0 to 1; ``is_short``: mere function words tell."""

    code: str
    likelihoods: tuple[tuple[str, float], ...] = ()
    is_short: bool = False

    @property
    def confidence(self) -> float:
        """Likelihood of the guessed language."""
        return self.likelihood(self.code)

    def likelihood(self, code: str) -> float:
        """Likelihood of one language, 0 for one that is not known."""
        return dict(self.likelihoods).get(code, 0.0)


def detect_language(text: str) -> str:
    """ISO 639-1 code of the text's language; ``en`` where it is too short to tell."""
    return guess_language(text).code


def other_language(text: str, *, expected: str) -> str | None:
    """The language that the text is clearly in when it is not the expected one, else None.

    Made for drafts: names, brand words and short phrases prove nothing.
    """
    guess = guess_language(text)
    if guess.code == expected or guess.confidence < CERTAIN_FROM:
        return None
    if guess.code == ENGLISH and (guess.is_short or _votes(text)[ENGLISH] < FOREIGN_WORDS):
        return None
    return guess.code if guess.confidence - guess.likelihood(expected) >= CERTAIN_MARGIN else None


@lru_cache(maxsize=2048)
def guess_language(text: str) -> LanguageGuess:
    """The likeliest language with the likelihood of each.

    English is kept unless another language is clearly likelier; addresses, handles and hashtags do not count.
    """
    words = _NOT_WORDS.sub(" ", text)
    letters = [character for character in words if character.isalpha()]
    is_latin = sum(character < LAST_LATIN for character in letters) * 2 >= len(letters)
    if is_latin and len(letters) < SHORT_LETTERS:
        return _guess_by_words(text)
    if is_latin and _is_plainly_english(votes := _votes(text)):
        return LanguageGuess(ENGLISH, ((ENGLISH, 1.0),))
    with _detector_lock:
        values = _detector().compute_language_confidence_values(words)
    likelihoods = tuple((str(item.language.iso_code_639_1.name).lower(), float(item.value)) for item in values)
    guess = LanguageGuess(likelihoods[0][0], likelihoods)
    if is_latin and guess.code != ENGLISH and _may_be_english(guess, votes):
        return LanguageGuess(ENGLISH, likelihoods)
    return guess


def _is_plainly_english(votes: dict[str, int]) -> bool:
    """Whether the function words leave no doubt, so that nothing has to be computed."""
    others = max(count for code, count in votes.items() if code != ENGLISH)
    return votes[ENGLISH] >= PLAIN_WORDS and votes[ENGLISH] >= PLAIN_LEAD * others


def _may_be_english(guess: LanguageGuess, votes: dict[str, int]) -> bool:
    """Whether statistics hardly prefer the other language, or the function words speak for English."""
    if guess.confidence - guess.likelihood(ENGLISH) < ENGLISH_MARGIN:
        return True
    return votes[ENGLISH] >= FOREIGN_WORDS and votes[ENGLISH] > 2 * votes.get(guess.code, 0)


def _guess_by_words(text: str) -> LanguageGuess:
    """English, unless at least two function words are another language's and none is only English."""
    words = _words(text)
    votes = {code: len(words & known) for code, known in _FUNCTION_WORDS.items() if code != ENGLISH}
    votes["es"] += len(_OPENING_MARKS.findall(text))
    code, most = max(votes.items(), key=lambda pair: pair[1])
    if most < FOREIGN_WORDS or words & (_FUNCTION_WORDS[ENGLISH] - _FUNCTION_WORDS[code]):
        return LanguageGuess(ENGLISH, ((ENGLISH, 0.5),), is_short=True)
    likelihood = most / (most + 1)
    return LanguageGuess(code, ((code, likelihood), (ENGLISH, 1 - likelihood)), is_short=True)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold().replace("’", "'") for word in _WORD.findall(text))


def _votes(text: str) -> dict[str, int]:
    """How many different function words of each language the text has; English slang counts as English."""
    words = _words(text)
    return {code: len(words & known) for code, known in _FUNCTION_WORDS.items()}


_detector_lock = threading.Lock()
_KNOWN = (
    "ENGLISH GERMAN FRENCH SPANISH ITALIAN PORTUGUESE DUTCH POLISH SWEDISH TURKISH CHINESE JAPANESE KOREAN THAI ARABIC "
    "HEBREW HINDI GREEK RUSSIAN UKRAINIAN"
)


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import Language, LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_languages(*(getattr(Language, name) for name in _KNOWN.split())).build()
