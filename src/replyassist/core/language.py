"""Which language a text is written in."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Any

LAST_LATIN = "\u0250"  # end of Latin Extended-B
_MIN_LETTERS_FOR_LANGUAGE = 25
_LANGUAGE_MARGIN = 0.25  # how much surer than English a foreign guess must be; short slang is easily misread


def detect_language(text: str) -> str:
    """ISO 639-1 code of the text's language; ``en`` where it is too short to tell.

    English is kept unless another language is clearly likelier: slang and typos look foreign to a detector.
    """
    words = re.sub(r"https?://\S+|[@#]\w+|[^\w\s']|\d", " ", text)
    letters = [character for character in words if character.isalpha()]
    is_latin = sum(character < LAST_LATIN for character in letters) * 2 >= len(letters)
    if is_latin and len(letters) < _MIN_LETTERS_FOR_LANGUAGE:
        return "en"
    with _detector_lock:
        confidences = _detector().compute_language_confidence_values(words)
    best = confidences[0]
    english = next(item.value for item in confidences if item.language.name == "ENGLISH")
    if is_latin and best.value - english < _LANGUAGE_MARGIN:
        return "en"
    return str(best.language.iso_code_639_1.name).lower()


_detector_lock = threading.Lock()


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import Language, LanguageDetectorBuilder

    known = (
        "ENGLISH",
        "GERMAN",
        "FRENCH",
        "SPANISH",
        "ITALIAN",
        "PORTUGUESE",
        "DUTCH",
        "POLISH",
        "SWEDISH",
        "TURKISH",
        "CHINESE",
        "JAPANESE",
        "KOREAN",
        "THAI",
        "ARABIC",
        "HEBREW",
        "HINDI",
        "GREEK",
        "RUSSIAN",
        "UKRAINIAN",
    )
    return LanguageDetectorBuilder.from_languages(*(getattr(Language, name) for name in known)).build()
