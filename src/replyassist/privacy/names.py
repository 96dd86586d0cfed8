"""Names of people: those known from elsewhere, those that the text introduces, and those that are common."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from replyassist.privacy.gazetteer import (
    CAPITAL,
    PARTICLE,
    SHORTEST_LOWER,
    is_also_a_word,
    is_given_name,
    is_never_a_name,
    is_surname,
    is_within_other_name,
)

_SHORTEST_PART = 2
_SHORTEST_SURNAME = 4
_MOST_FOLLOWING = 3
_FOLLOWING = re.compile(rf"[ ](?:{PARTICLE}[ ]){{0,2}}(?P<word>{CAPITAL}\.?)(?!\w)")
_TOKEN = re.compile(r"(?<![\w@#/&'’.-])[^\W\d_]+(?:-[^\W\d_]+)*(?![\w@])")
_NAME = rf"{CAPITAL}\.?(?:[ ](?:{PARTICLE}[ ]){{0,2}}{CAPITAL}\.?){{0,3}}"
_FULL_NAME = rf"{CAPITAL}(?:[ ](?:{PARTICLE}[ ]){{0,2}}{CAPITAL}\.?){{1,3}}"
_INTRODUCED = re.compile(
    r"(?<!\w)(?:(?:my|maiden|his|her|their)\sname(?:['’]?s| is| was)|name['’]s"
    r"|ich heiße|ich heisse|mein name ist|je m['’]appelle|me llamo|mi nombre es|mi chiamo|me chamo|ik heet|mijn naam is"
    r"|jag heter|jeg heter|nazywam się|jmenuji se)\s"
    r"(?!(?:not|on|in|the|a|an|is|was|and|or|for|with|as|so|but|spel\w+|wrong|misspel\w+|incorrect|different|missing"
    r"|required|now|changed|there|of|to|from|at|it|from|correct|right|still|also|already|change)\b)"
    r"(?P<name>[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*){0,2})",
    re.IGNORECASE,
)
_AFTER_A_WORD = (
    re.compile(
        r"(?:^|(?<=\n)|(?<=[.?!,;>] ))[>?\s]{0,6}(?i:(?:full |first |last |user ?)?(?:name|user|customer|contact)):"
        rf"\s{{1,3}}(?P<name>{_NAME})"
    ),
    re.compile(
        r"(?<!\w)(?:[Mm]rs?|[Mm]s|[Mm]iss|Mx|[Dd]r|[Pp]rof(?:essor)?|Sir|Herr|Frau|[Ss]eñora?|Sra?|Mme|Mlle|Monsieur"
        rf"|Madame|[Ss]ignora?|Dhr|Mevr|Pan[i]?)\.?\s(?P<name>{_NAME})"
    ),
    re.compile(
        r"(?i:thanks|thank you|thx|cheers|regards|wishes|best|sincerely|love|yours|faithfully|grüße|gruß|grüßen|saludos"
        rf"|cordialement|saluti)[,.!]?[ ]*\n\s*(?P<name>{_NAME})\s*$"
    ),
    re.compile(
        r"(?<!\w)(?i:says|said|asked|replied|wrote|calls? me|named (?:him|her|me)|spoke (?:to|with)|talked (?:to|with)"
        rf"|dealt with|served by|on behalf of)\s(?P<name>{_NAME})"
    ),
    re.compile(
        r"(?<!\w)(?i:I['’]?m|I am|it['’]s under|change it to|my (?:partner|wife|husband|son|daughter|friend)"
        rf"|in the name of|account holder|addressed to|follow up with"
        rf"|(?:partner|wife|husband|my|his|her)(?:['’]s)? name)\s(?P<name>{_FULL_NAME})"
    ),
)


def known_names(text: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where one of these names stands: the whole of it, and the parts that are surely a person's.

    Somebody may call themselves "Coffee Lover" or "Will": the parts of a name without a common given name are left
    alone, and a single word that is no sure given name must be written as the name is, and not begin a sentence.
    """
    for name in names:
        parts = name.split()
        if len("".join(parts)) < _SHORTEST_PART or not any(character.isalpha() for character in name):
            continue
        if text.split() == parts:
            yield 0, len(text)
        elif len(parts) > 1:
            yield from _places(text, r"\s+".join(map(re.escape, parts)), re.IGNORECASE)
            yield from _known_parts(text, parts)
        elif is_given_name(name):
            yield from _places(text, re.escape(parts[0]), re.IGNORECASE)
        else:
            yield from _places(text, r"(?<=[\w,;:-] )" + re.escape(parts[0]), re.NOFLAG)


def _known_parts(text: str, parts: list[str]) -> Iterator[tuple[int, int]]:
    if not is_given_name(parts[0]) and not (is_also_a_word(parts[0]) and is_surname(parts[-1])):
        return
    for part in parts:
        if is_given_name(part):
            yield from _places(text, re.escape(part), re.IGNORECASE)
        elif len(part) >= _SHORTEST_SURNAME and part[0].isupper() and not is_never_a_name(part):
            yield from _places(text, re.escape(part), re.NOFLAG)


def _places(text: str, pattern: str, flags: re.RegexFlag) -> Iterator[tuple[int, int]]:
    for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, flags):
        yield match.span()


def person_names(text: str) -> Iterator[tuple[int, int]]:
    """Names after words that introduce one, and common given names with what follows them."""
    found: list[tuple[int, int]] = []
    for pattern in _AFTER_A_WORD:
        for match in pattern.finditer(text):
            if _may_be_name(match["name"]):
                found.append(_without_ends(text, *match.span("name")))
    found += [_introduced(match) for match in _INTRODUCED.finditer(text)]
    found += _small_names(text) if text.islower() else _common_names(text)
    yield from found
    yield from _said_again(text, found)


def _may_be_name(written: str) -> bool:
    """Neither a word that begins sentences nor a shout."""
    parts = written.split()
    shouts = any(len(part) > 1 and part.isupper() for part in parts)
    return not shouts and not any(is_never_a_name(part) for part in parts)


def _said_again(text: str, found: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Later mentions by one part of a name that was given in full."""
    parts = {part for start, end in found for part in text[start:end].split()}
    for part in parts:
        if len(part) >= _SHORTEST_SURNAME and part[0].isupper():
            yield from _places(text, re.escape(part), re.NOFLAG)


def _introduced(match: re.Match[str]) -> tuple[int, int]:
    """The first word, however it is written, and the capitalised words after it."""
    first, *others = match["name"].split(" ")
    kept = first
    for part in others:
        if not part[0].isupper() or is_never_a_name(part):
            break
        kept += f" {part}"
    start = match.start("name")
    return start, start + len(kept.rstrip(".'’-"))


def _small_names(text: str) -> Iterator[tuple[int, int]]:
    """Given names in a text without any capital letter."""
    for match in _TOKEN.finditer(text):
        long_enough = len(match[0]) >= SHORTEST_LOWER
        if long_enough and is_given_name(match[0]) and not is_within_other_name(text, *match.span()):
            yield match.span()


def _common_names(text: str) -> Iterator[tuple[int, int]]:
    end_of_last = 0
    for match in _TOKEN.finditer(text):
        word = match[0]
        if match.start() < end_of_last or not word[0].isupper() or is_never_a_name(word):
            continue
        end, last = _end_of_name(text, match)
        has_more = end > match.end()
        if not is_given_name(word) and not (has_more and (is_also_a_word(word) or is_surname(last))):
            continue
        if not is_within_other_name(text, match.start(), end):
            end_of_last = end
            yield _without_ends(text, match.start(), end)


def _end_of_name(text: str, match: re.Match[str]) -> tuple[int, str]:
    """The end of the capitalised words that follow, at most three, and the last of them."""
    end, last = match.end(), match[0]
    if last.isupper() and len(last) > 1:
        return end, last
    for _ in range(_MOST_FOLLOWING):
        following = _FOLLOWING.match(text, end)
        if following is None:
            break
        word = following["word"]
        plain = word.rstrip(".")
        if is_never_a_name(plain) or (plain.isupper() and len(plain) > 2) or is_within_other_name(text, end, end):
            break
        end, last = following.end(), plain
        if word.endswith(".") and len(plain) > 1:
            break
    return end, last


def _without_ends(text: str, start: int, end: int) -> tuple[int, int]:
    if text[start:end].endswith(("'s", "’s")):
        end -= 2
    while end > start and (text[end - 1] in ".'’-" or text[end - 1].isspace()):
        end -= 1
    return start, end
