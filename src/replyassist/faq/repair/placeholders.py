"""Finds the gaps of other programs' saved replies: delimiters around words that have not the shape of a sentence.

Signs that nobody writes to a customer (``{{x}}``, ``*|x|*``, ``@@x@@``) make a gap of whatever they hold. Signs that
people write too (``[x]``, ``~x~``, ``$x``) make one when they hold the words that gaps are called by, or a program's
spelling of a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .markup import is_tag
from .meaning import Meaning, is_identifier, is_named, meaning_of, parts_of
from .words import any_of, words

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict(
    zip(map(ord, "【】〔〕"), "[][]", strict=True)
)
_NAME = r"[^\W\d_](?:[\w.-]{0,40}[^\W_])?(?:[ .:-][^\W_][\w.-]{0,40}){0,4}"
_STRONG = re.compile(
    r"\{\{\{?(?P<braces>[^{}\n]{0,80})\}\}\}?|\{[%#](?P<code>[^{}\n]{0,80})[%#]\}|<[%?](?P<script>[^<>\n]{0,80})[%?]>"
    r"|<\|(?P<token>[^<>\n]{0,40})\|>|\[/?inst\]|[$%#@!^&]?\{!?(?P<brace>[^{}\n]{0,60}\w[^{}\n]{0,60})\}"
    r"|\*\|(?P<chimp>[^|\n]{1,60})\|\*|\[\[(?P<square>[^\[\]\n]{1,60})\]\]|<<(?P<angle>[^<>\n]{1,60})>>"
    rf"|(?<![\w@%#$])(?P<sign>@@|%%|##|\$\$)(?P<doubled>{_NAME})(?P=sign)(?![\w@%#$])"
    r"|(?<![\w%])%(?P<percent>[^\W\d][\w.-]{0,40}(?: [\w.-]{1,40}){0,2})%(?![\w%])",
    re.IGNORECASE,
)
_LOOSE_END = re.compile(r"\{\{|\}\}|\{%|%\}|<%|%>|\*\||\|\*")
_SQUARE = re.compile(r"\[(?P<content>[^\[\]\n]{1,60})\](?!\()")
_ROUND = re.compile(r"\((?P<content>[^()\n]{3,40})\)")
_ANGLE = re.compile(r"<(?P<content>/?[^\W\d][^<>\n]{0,60})>")
_WEAK = re.compile(
    rf"(?<![\w*~|&#$^=+_@:-])(?P<open>\*{{1,2}}|_{{1,2}}|~{{1,2}}|\|{{1,2}}|&{{1,2}}|={{1,2}}|\+\+|--|::?|!!|[#$^@])"
    rf"(?P<content>{_NAME})(?P=open)(?![\w*~|&#$^=+_@])"
    rf"|[«‹「『]\s?(?P<quoted>{_NAME})\s?[»›」』]"
)
_SIGIL = re.compile(r"(?<![\w$%&/@#:.])(?P<sigil>[$%@#:&])(?P<content>[^\W\d]\w*(?:[._][^\W_]\w*)*)(?![\w%$])")
_UNCLOSED = re.compile(rf"[\[{{<](?P<content>{_NAME})(?![^\[\]{{}}<>\n]{{0,60}}[\]}}>])")
_PRINTF = re.compile(r"(?<![\w%])(?<!\d )%(?:\d\$)?[sd](?![\w%])")
_BARE = re.compile(r"(?<![\w@#./:$%-])[^\W\d_]+(?:_[^\W\d_]+)+(?![\w@])")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<![^\s@<>{}])[^\s@<>{}]{1,64}@[^\s@<>{}]{1,255}", re.IGNORECASE)
_CAPITALS = re.compile(r"(?<![\w-])[^\W\d_a-zß-ÿ]{2,}(?: [^\W\d_a-zß-ÿ]{2,}){1,2}(?![\w-])")
_SIGN = re.compile(r"[(\[{}<>%$#@*|~^&=_«‹「『:+!-]")  # without one of these there is no delimiter
MOST_WORDS = 5  # of a bracket; more are a remark
LONGEST_ARTICLE = 3
NEAR = 80  # characters before a bracket that are looked at


@dataclass(frozen=True)
class PlaceholderSpan:
    """A place that somebody, or another program, was to fill in; ``content`` is what stands between its signs."""

    start: int
    end: int
    content: str

    @property
    def meaning(self) -> Meaning:
        """Who or what belongs there."""
        return meaning_of(self.content)


def gaps_in(text: str) -> list[PlaceholderSpan]:
    """Every gap in the order of the text; none lies inside another."""
    plain = text.translate(_FULL_WIDTH)
    found: list[PlaceholderSpan] = []
    signed = (*_strong(plain), *_weak(plain)) if _SIGN.search(plain) else ()
    candidates = (*signed, *_after_greetings(plain), *_capitals(plain))
    for gap in sorted(candidates, key=lambda gap: (gap.start, -gap.end)):
        if not found or gap.start >= found[-1].end:
            found.append(gap)
    return found


def _strong(text: str) -> Iterator[PlaceholderSpan]:
    for match in _STRONG.finditer(text):
        content = next((value for name, value in match.groupdict().items() if name != "sign" and value is not None), "")
        last = re.findall(r"[^\W\d_]+", text[max(0, match.start() - NEAR) : match.start()].lower())[-1:]
        if not (content.isdigit() and words().numerals.intersection(last)):  # "section {3}"
            yield PlaceholderSpan(*match.span(), content.strip(" =-!"))
    for pattern in (_LOOSE_END, _PRINTF):
        yield from (PlaceholderSpan(*match.span(), "") for match in pattern.finditer(text))


def _weak(text: str) -> Iterator[PlaceholderSpan]:
    addresses = [match.span() for match in _ADDRESS.finditer(text)]
    for gap in (*_brackets(text), *_pairs(text)):
        if not any(start < gap.end and gap.start < end for start, end in addresses):
            yield gap


def _brackets(text: str) -> Iterator[PlaceholderSpan]:
    button_end = -1
    for match in _SQUARE.finditer(text):
        before = text[max(0, match.start() - NEAR) : match.start()]
        if _is_button(before) or (button_end >= 0 and _is_joined(text[button_end : match.start()])):
            button_end = match.end()
        elif _is_open_bracket(match["content"]):
            yield PlaceholderSpan(*match.span(), match["content"])
        else:
            button_end = match.end() if match["content"][0].isupper() else -1
    for match in _ROUND.finditer(text):
        if _asks_for_value(match["content"]):
            yield PlaceholderSpan(*match.span(), match["content"])
    for match in _UNCLOSED.finditer(text):
        name = match["content"].split(" ", 1)[0]
        if is_named(name):
            yield PlaceholderSpan(match.start(), match.start() + 1 + len(name), name)
    for match in _ANGLE.finditer(text):
        if not is_tag(match[0]):
            yield PlaceholderSpan(*match.span(), match["content"])


def _pairs(text: str) -> Iterator[PlaceholderSpan]:
    for match in _WEAK.finditer(text):
        content = match["content"] or match["quoted"]
        if is_named(content) or ("_" in content and is_identifier(content)):
            yield PlaceholderSpan(*match.span(), content)
    for match in _SIGIL.finditer(text):
        content, joined = match["content"], "_" in match["content"] or "." in match["content"]
        if is_named(content) and (joined or match["sigil"] in "$%"):
            yield PlaceholderSpan(*match.span(), content)
    for match in _BARE.finditer(text):
        if is_named(match[0]):
            yield PlaceholderSpan(*match.span(), match[0])


def _after_greetings(text: str) -> Iterator[PlaceholderSpan]:
    """``Hi First Name,``: the words for a name where a name belongs, in brackets of any kind or in none."""
    for match in _greeted().finditer(text):
        content = match["content"]
        if meaning_of(content) is Meaning.CUSTOMER and words().name.intersection(parts_of(content)):
            yield PlaceholderSpan(*match.span("gap"), content)


def _capitals(text: str) -> Iterator[PlaceholderSpan]:
    """``YOUR NAME`` and ``COMPANY NAME`` in a text that is not all in capitals."""
    for match in _CAPITALS.finditer(text):
        rest = text[: match.start()] + text[match.end() :]
        is_alone = not re.search(r"[^\W\d_]{2,}", rest)
        if (is_alone or rest.upper() != rest) and is_named(match[0]) and words().name & {*parts_of(match[0])[1:]}:
            yield PlaceholderSpan(*match.span(), match[0])


@cache
def _greeted() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|(?<=[\n.!?]))[^\S\n]{{0,5}}{any_of(words().greetings)}[^\S\n]+(?P<gap>[(\"'“]?(?P<content>{_NAME})[)\"'”]?)"
        r"(?=\s*(?:[,!.:\n]|$))",
        re.IGNORECASE,
    )


def _is_open_bracket(content: str) -> bool:
    """Whether what stands in square brackets waits for a value: called as gaps are, capitalised as a name of several
    words, or in a script of which there are no words here. Remarks, acronyms and single other words do not."""
    known = words()
    found = parts_of(content)
    if not found or len(found) > MOST_WORDS or any(sign in content for sign in ',;!?"…') or content[0].isdigit():
        return False
    if is_identifier(content) or is_named(content):
        return True
    is_article = len(found) == 1 and len(found[0]) <= LONGEST_ARTICLE and found[0] not in known.fill_in
    if (is_article and _is_latin(found[0])) or any(part in known.remark_words | known.editorial for part in found):
        return False
    if not _is_latin("".join(found)) or any(part in known.filler for part in found):
        return True
    shown = content.split()
    return len(shown) > 1 and all(word[0].isupper() for word in shown if word[0].isalpha())


def _is_latin(letters: str) -> bool:
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)


def _asks_for_value(content: str) -> bool:
    """Whether round brackets tell a writer what to put there: ``(insert name)``, ``(your name here)``."""
    found = frozenset(parts_of(content))
    asked = found & words().fill_in or (found & words().name and len(found) > 2)
    return bool(asked) and len(found) <= MOST_WORDS and is_named(content)


def _is_joined(between: str) -> bool:
    """Whether only "and then" and the like stands between two buttons."""
    found = re.findall(r"[^\W\d_]+", between.lower())
    return not re.search(r"[.!?\n]", between) and words().joining.issuperset(found)


def _is_button(before: str) -> bool:
    """Whether the words just before a bracket speak of pressing what is in it."""
    last = re.findall(r"[^\W\d_]+", before.rsplit("\n", 1)[-1].rsplit(". ", 1)[-1].lower())[-2:]
    return any(word in words().pressed for word in last)
