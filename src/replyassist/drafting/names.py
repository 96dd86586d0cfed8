"""What somebody is called in a greeting."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from replyassist.core.plain_text import plain
from replyassist.core.word_lists import words_of
from replyassist.privacy.gazetteer import PARTICLE, is_also_a_word, is_given_name, is_surname

from .address_words import legal_forms, words_for

LONGEST = 30  # letters
_PLACEHOLDER = re.compile(r"\[NAME_\d{1,4}\]")
_APART = re.compile(r"\s[|•·–—/-]+\s|[|•·]|\s?\(")
_FRAMES = re.compile(r"^[^\w@#$<>&/[\](){}\"'’]+|[^\w@#$<>&/[\](){}\"'’]+$")
_END_NUMBER = re.compile(r"(?<=[^\W\d_])[\s.-]*\d{1,6}$")
_PARTICLE = re.compile(PARTICLE, re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")
_SURNAME_FIRST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Chinese, Japanese and Korean writing: which part of a name is the given one cannot be told."""
_VOWELS = frozenset("aeiouyæøœ")
_COMPOUNDING = ("da", "de", "fi", "nb", "nl", "sv")
_SHORTEST_END = 7
_PREFIXES = words_of("Mc Mac De Le La Di Da Du Van Von Fitz Jo Ja Ta Ke Ra Ru Sha")
"""What a capital may follow inside a name."""
_POSSESSIVE = ("'s", "’s")


def first_name(name: str | None) -> str | None:
    """The first name to greet somebody by, or None when the name does not look like a person's.

    A display name is a stranger's text: only letters, up to 30, with hyphen or apostrophe, or a typed placeholder
    for a name, are taken. It is spelt as a person would spell it: "Weber, Anna" and "ANNA WEBER" are Anna. Somebody
    with a title and one name keeps both: "Mrs Power".
    """
    words = _without_drawings(_FRAMES.sub("", _without_pictures(plain(name or ""))).split())
    if not words or _PLACEHOLDER.fullmatch(words[0]):
        return words[0] if words else None
    written = _APART.split(" ".join(words))[0]
    of_person = written.split() if is_given_name(words[0]) else words
    if _is_no_person(of_person):
        return None
    words = [word.strip(".,!") for word in _END_NUMBER.sub("", _given_first(written)).split()]
    if not words or not all(words) or _are_several(words) or _is_no_person(words):
        return None
    titles = [word for word in words if _folded(word) in words_for("titles")]
    if titles and words[0] == titles[0]:
        return _titled(titles, [word for word in words if word not in titles])
    return _greetable(words)


def may_be_person(name: str) -> bool:
    """Whether a display name may be a person's, greeted by it or not; a company's and an account's is nobody's.

    A given name and one word more may be: "Ek", "As" and "Se" are surnames as well as legal forms.
    """
    words = plain(name).split()
    return bool(words) and (not _is_no_person(words) or (len(words) == 2 and is_given_name(words[0])))


def _without_pictures(text: str) -> str:
    """Emoji and other signs part words."""
    return "".join(" " if unicodedata.category(sign) in {"So", "Sk", "Cf", "Cn"} else sign for sign in text)


def _without_drawings(words: list[str]) -> list[str]:
    """Beside Latin letters, words of Chinese and Japanese signs are a frame, or the same name once more."""
    latin = [word for word in words if not _SURNAME_FIRST.search(word)]
    return latin if any(word[0].isalpha() for word in latin) else words


def _given_first(written: str) -> str:
    """ "Weber, Anna" as "Anna Weber"; what else follows a comma (a degree, a place) is left out.

    Empty where nobody can tell which of two words is the given name.
    """
    before, _, after = (part.strip() for part in written.partition(","))
    if not before or not after:
        return before
    if len(after.strip(".")) == 1:  # "Kelly, T."
        return ""
    is_given, also_given = (is_given_name(part.split()[0]) for part in (after, before))
    if is_given != also_given:
        return f"{after} {before}" if is_given else before
    if is_given:
        return before if " " in before else f"{after} {before}"
    if not after.istitle():  # a number, a degree
        return before
    is_shouted = before.isupper() and not after.isupper()
    return f"{after} {before}" if is_shouted or is_surname(before.split()[-1].title()) else ""


def _is_no_person(words: list[str]) -> bool:
    """Whether the words are a company's, a page's or an account's."""
    forms = legal_forms()
    words = [word.strip(",") for word in words]
    for start in range(1, len(words)):
        end = "".join(words[start:]).replace(".", "")
        if len(end) <= forms.longest and (end in forms.as_written or end.lower() in forms.any_case):
            return True
    parts = {_folded(part) for word in words for part in (word, *word.split("-"))}
    if any(part.endswith(_trades()) for part in parts):
        return True
    return bool(parts & words_for("not_people")) or any(word.lower().endswith(_POSSESSIVE) for word in words)


@cache
def _trades() -> tuple[str, ...]:
    """The ends of compounds such as "Anwaltskanzlei"; short ones are also the ends of surnames."""
    return tuple(word for word in words_for("not_people", _COMPOUNDING) if len(word) >= _SHORTEST_END)


def _are_several(words: list[str]) -> bool:
    """ "Anna & Tom": nobody is greeted rather than one of them."""
    after_first = words[1:2] if len(words) == 3 else words[1:3]
    return any(sign in word for word in words for sign in "&+") or any(
        word in words_for("joins") for word in after_first
    )


def _titled(titles: list[str], others: list[str]) -> str | None:
    """A person with a title: by it where there is one name, by the first name where there are more."""
    if not others:
        return None
    found = _greetable(others)
    return f"{titles[0]} {found}" if found and len(others) == 1 else found


def _greetable(words: list[str]) -> str | None:
    """The first word as it is greeted, or the second after a surname; None where it is no first name."""
    words = _without_surname(words)
    first = words[0] if words else ""
    letters = re.sub("['’-]", "", first)
    if not 1 < len(first) <= LONGEST or not letters.isalpha() or _SURNAME_FIRST.search(first):
        return None
    is_short = first.isupper() and len(letters) == 2
    if (not is_short and not _is_spoken(first)) or _is_camel(first):
        return None
    known = is_given_name(_dotless(first)) or is_also_a_word(first)
    if not is_given_name(first) and _is_no_first_word(first):
        return None
    if first.islower() and first.upper() != first:
        return _capitalised(first) if known else None
    if not first.isupper() or (is_short and not known):
        return first
    is_acronym = not known and (len(words) == 1 or not all(word.isupper() for word in words))
    return None if is_acronym else _capitalised(first)


def _without_surname(words: list[str]) -> list[str]:
    """The given name alone where a surname is before it ("KOWALSKI Piotr"); nothing where it only may be one."""
    if len(words) != 2 or not is_given_name(_dotless(words[1])):
        return words
    before, given = words
    if is_given_name(_dotless(before)) or is_also_a_word(before) or len(before) < 3:
        return words
    is_sure = (before.isupper() and not given.isupper()) or is_surname(before.title())
    return [given] if is_sure else []


def _is_camel(word: str) -> bool:
    """Whether a capital inside shows that a word is several, or a product's; "McKay" and "AnneMarie" are names."""
    steps = [place for place in range(1, len(word)) if word[place - 1].islower() and word[place].isupper()]
    if not steps:
        return False
    parts = word[: steps[0]], word[steps[0] :]
    return len(steps) > 1 or not (parts[0] in _PREFIXES or all(map(is_given_name, parts)))


def _dotless(word: str) -> str:
    """With one letter for the Turkish capital I, which in small letters becomes two signs."""
    return word.replace("İ", "I")


def _is_no_first_word(word: str) -> bool:
    folded = _folded(word)
    return folded in words_for("not_first") or folded in words_for("kin") or _PARTICLE.fullmatch(word) is not None


def _is_spoken(word: str) -> bool:
    """Whether a word has a vowel, as far as it is in Latin letters."""
    bare = unicodedata.normalize("NFD", word.lower())
    return not bare[0].isascii() or any(letter in _VOWELS for letter in bare)


def _capitalised(word: str) -> str:
    """ "JEAN-LUC" and "o'neil" with their capitals."""
    spelt = _LETTERS.sub(lambda part: part[0][0].upper() + part[0][1:].replace("İ", "i").lower(), word)
    return f"Mc{spelt[2:].capitalize()}" if re.match("Mc[a-z]{3}", spelt) else spelt


def _folded(word: str) -> str:
    return word.casefold().replace("’", "'").replace(".", "")
