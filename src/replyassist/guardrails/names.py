"""Names of people, products and places in a draft must stand in its template, its message or the voice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache

from replyassist.core.word_lists import words_of
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.extraction import mentions
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.mention import masked
from replyassist.guardrails.places import PLACE
from replyassist.guardrails.stance import is_asked, is_denied
from replyassist.guardrails.text import PlainText, compact, normalise
from replyassist.guardrails.words import is_stop_word, languages_read

CLOSE_SPELLING = 0.75
"""How alike two spellings of a name must be, by difflib's ratio; 0.75 allows one letter in four. Set by hand."""

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['&][^\W_]+)*")
_GREETING = re.compile(
    r"(?:^|[.!?\n]\s*)(?:hi|hey|hello|hiya|dear|good (?:morning|afternoon|evening|day)|thanks|thank you|many thanks"
    r"|cheers|sorry|oh no|welcome|congrats|congratulations)(?: there| so much| again| a lot)?[ ,]+$"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…\n\"“(\[*•>/|]|\s[-–])[\s\"'“(*_]*$")
_COMMON = words_of(
    """
    a i i'm i'll i've i'd mr mrs ms mx dr ok okay faq pdf usa uk eu us dm dms id ids qr pin sms atm url app ios android
    iphone english gmt cet utc vat gdpr tv pc usb ps asap diy etc wifi wi fi internet google facebook instagram tiktok
    whatsapp twitter youtube x am pm free b&b ceo hr it mum mom dad would could should can may might must shall do does
    did is are was were has have had hotel restaurant house guesthouse guest inn bar cafe shop store station hostel
    """
)
_SHORT_FORMS = {"amex": "american", "xmas": "christmas", "insta": "instagram"}
_CARDS = frozenset(words_of("visa mastercard master card amex american express maestro"))
_TAKES_CARDS = re.compile(
    r"(?<!\w)(?:(?:all|any|major|most|credit|debit|bank)(?: major| credit| debit| bank)* ?cards?|credit)(?!\w)"
)
_MOST_CAPITALISED = 0.6


def unsupported_names(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn of a name that no source has: capitalised words inside a sentence, and countries anywhere.

    A card's brand is known where the template takes cards. The first word of a sentence, what follows a greeting, what
    is asked or denied and headline style are passed over, and a name may be spelt a little differently. Without a
    template a person wrote the text and may name whom they like; in other languages than English capitals say less,
    and the sources are not in the same words.
    """
    if context.template is None or context.language not in languages_read():
        return
    plain = normalise(text)
    known_words, letters = _known(_sources(context))
    if _TAKES_CARDS.search(normalise(context.template_text).text):
        known_words |= _CARDS
    for start, end in _names(text, plain):
        name = plain.text[start:end]
        if is_asked(plain.text, end) or is_denied(plain.text, start, end):
            continue
        if compact(name) in letters or all(_is_known(word, known_words) for word in _WORD.findall(name)):
            continue
        span = plain.span(start, end)
        yield report(
            text,
            span,
            rule="grounding.unsupported_name",
            severity=Severity.WARN,
            explanation=f'The name "{text[slice(*span)]}" stands neither in the template nor in the message. '
            "Please make sure that it is right, or take it out.",
        )


def _sources(context: CheckContext) -> tuple[str, ...]:
    template, voice = context.template, context.voice
    return (
        *context.trusted_texts,
        *(template.questions if template else ()),
        *context.untrusted_texts,
        context.message.author_name or "",
        context.message.author_handle or "",
        voice.name,
        voice.about,
        voice.persona,
    )


@lru_cache(maxsize=256)
def _known(sources: tuple[str, ...]) -> tuple[frozenset[str], str]:
    words = frozenset(word for source in sources for word in _WORD.findall(normalise(source).text))
    return words, " ".join(compact(source) for source in sources)


def _is_known(word: str, known_words: frozenset[str]) -> bool:
    word = word.removesuffix("'s")
    word = _SHORT_FORMS.get(word, word)
    if len(word) < 3 or word in known_words or word in _COMMON or is_stop_word(word) or word.rstrip("s") in known_words:
        return True
    return len(word) > 3 and bool(get_close_matches(word, known_words, n=1, cutoff=CLOSE_SPELLING))


def _names(text: str, plain: PlainText) -> Iterator[tuple[int, int]]:
    blank = masked(plain.text, mentions(text))
    words = [match.span() for match in _WORD.finditer(blank)]
    capitalised = [span for span in words if plain.is_upper(span[0])]
    found = [] if len(capitalised) > _MOST_CAPITALISED * len(words) else _capitalised(plain.text, capitalised)
    yield from found
    for match in PLACE.finditer(blank):
        if not any(start <= match.start() < end for start, end in found):
            yield match.span()


def _capitalised(text: str, words: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs of capitalised words that do not begin a sentence and do not follow a greeting."""
    found: list[tuple[int, int]] = []
    for start, end in words:
        before = text[max(0, start - 40) : start]
        if _SENTENCE_START.search(before) or _GREETING.search(before):
            continue
        if found and text[found[-1][1] : start] == " ":
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
