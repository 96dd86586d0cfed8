"""A template's own greeting and sign-off, which give way to the brand's: nobody reads "Hi Tom, Hi"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from replyassist.faq.template import ReplyTemplate

from .address_words import words_for

ENGLISH = "en"
MOST_GREETINGS = 3  # "Liebe Kundin, lieber Kunde, hallo!"
LONGEST_SIGN_OFF = 200  # characters
MOST_WORDS = 6  # of those that a greeting or a signature is for
_END_OF_GREETING = re.compile(r"\s*(?:[,!.:;…–—-]+|[^\w\s\"'“„«(\[{<«%#@$*|^&/]+|(?=\n)|$)[,!.\s]*")
_WORD = re.compile(r"[^\s,!.:;]+")
_PLACEHOLDER = re.compile(r"[\[{<(«%*#@$|]{1,3}[\w .|'-]+[\]}>)»%*@|]{1,3}")
_BREAK = re.compile(r"\n\s*|(?<=[.!?…)])\s+")
_SIGNED_BY = re.compile(r"(?P<sign>[–—~^])\s*(?P<signer>[^\n]{1,60})")


def without_courtesies(template: ReplyTemplate, *, languages: Sequence[str]) -> ReplyTemplate:
    """The template with the sentences of its reply that are neither a greeting nor a sign-off, letter by letter.

    ``languages`` are those that the brand writes in; English is read in all of them. A reply that is nothing else
    stays as it is.
    """
    reply = bare(template.reply, languages=languages)
    return template.model_copy(update={"reply": reply}) if reply != template.reply else template


def bare(text: str, *, languages: Sequence[str]) -> str:
    """A text without its greeting and sign-off; one that is nothing else stays as it is."""
    known = _known(languages)
    return _without_sign_off(_without_greeting(text, known), known) or text


def _known(languages: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*languages, ENGLISH]))


def _without_greeting(reply: str, languages: tuple[str, ...]) -> str:
    rest = reply
    for _ in range(MOST_GREETINGS):
        said = _phrases("greetings", languages).match(rest)
        end = _end_of_greeting(rest, said.end(), languages) if said else 0
        if not end or not rest[end:]:
            break
        rest = rest[end:]
    return rest[:1].upper() + rest[1:] if rest != reply else reply


def _end_of_greeting(text: str, position: int, languages: tuple[str, ...]) -> int:
    """Where the greeting ends whose first words end here; 0 where the sentence goes on with something else."""
    greeted = words_for("greeted", languages)
    for _ in range(MOST_WORDS + 1):
        if end := _END_OF_GREETING.match(text, position):
            return end.end()
        position += len(text[position:]) - len(text[position:].lstrip())
        word = _PLACEHOLDER.match(text, position) or _WORD.match(text, position)
        if word is None or not _may_be_called(word[0], greeted):
            return 0
        position = word.end()
    return 0


def _without_sign_off(reply: str, languages: tuple[str, ...]) -> str:
    """Cut where the last sentence or line begins that, with all that follows, signs the reply."""
    text = reply.rstrip()
    for gap in _BREAK.finditer(text, max(0, len(text) - LONGEST_SIGN_OFF)):
        own_line = "\n" in gap[0]
        head, tail = text[: gap.start()], text[gap.end() :]
        is_item = not tail[:1].isalnum() and f"\n{tail[:1]}" in f"\n{head}"
        if head and not is_item and _signs(tail, languages, own_line=own_line):
            return head.rstrip()
    return reply


def _signs(tail: str, languages: tuple[str, ...], *, own_line: bool) -> bool:
    signers = words_for("signers", languages) | words_for("greeted", languages)
    if said := _phrases("sign_offs", languages).match(tail):
        rest = tail[said.end() :]
        names = rest.lstrip(",!. \t")
        if not names.strip():
            return "," in rest or (own_line and not rest.strip())
        return (rest[:1] in ", " or names[:1] == "\n") and _are_called(names, signers)
    if signed := _SIGNED_BY.fullmatch(tail):
        return _are_called(signed["signer"], signers)
    words = {part for word in tail.casefold().split() for part in re.split("[-,]", word)}
    return own_line and bool(words & words_for("teams", languages)) and _are_called(tail, signers)


def _are_called(text: str, known: frozenset[str]) -> bool:
    """Whether these are the names of people, teams or brands and nothing is said of them."""
    words = _WORD.findall(_PLACEHOLDER.sub(" X ", text))
    ends = text.rstrip().endswith((".", "!", "?"))
    return 0 < len(words) <= MOST_WORDS and not ends and all(_may_be_called(word, known) for word in words)


def _may_be_called(word: str, known: frozenset[str]) -> bool:
    """A name, a word of these, or a placeholder for one."""
    is_name = word[0].isupper() and not any(character.isdigit() for character in word)
    return is_name or word.casefold() in known or word in "&|-–—/" or _PLACEHOLDER.fullmatch(word) is not None


@lru_cache(maxsize=32)
def _phrases(part: str, languages: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the phrases as whole words, the longest first; an apostrophe may be a curved one."""
    listed = sorted(words_for(part, languages), key=len, reverse=True)
    sources = (re.escape(phrase).replace("'", "['’]").replace(r"\ ", r"\s+") for phrase in listed)
    return re.compile(rf"\W*(?:{'|'.join(sources)})(?!\w)", re.IGNORECASE)
