"""A reply is written in one language, the one that it was meant for, and somebody or something has read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replyassist.core.language import UNKNOWN, guess_language, language_name, languages_of_words, other_language
from replyassist.guardrails.context import CheckContext, report, report_whole
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.foreign_promises import language_of_promise
from replyassist.guardrails.text import sentence_spans
from replyassist.guardrails.verbatim import is_verbatim
from replyassist.guardrails.words import languages_read
from replyassist.triage.risks import risk_languages

LETTERS_OF_A_SENTENCE = 20  # below, a sentence is a name, an exclamation or a borrowed phrase
FOREIGN_BELOW = 0.02
"""Likelihood of all languages that are read below which words are in another one; set by hand."""
READ_FROM = 0.5
"""Likelihood of all languages whose risks are read from which a message is taken to be in one of them."""
WORDS_TO_SUSPECT = 3  # one or two are a name or borrowed words
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_QUOTED = re.compile(r"[\"“„«][^\"“”»\n]{1,200}[\"”»]")


def draft_language(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block a reply, or a whole sentence of it, that is clearly in another language than ``context.language``.

    What the brand itself wrote, and what stands in quotes, may be in any language as long as the whole is in the right
    one.
    """
    other = other_language(_readable(text, context), expected=context.language)
    spans = [((0, len(text)), other)] if other else _foreign_sentences(text, context)
    for span, language in spans:
        yield report(
            text,
            span,
            rule="draft.language",
            severity=Severity.BLOCK,
            explanation=f"This is written in '{language}', but the reply should be in '{context.language}'.",
        )


def meaning_unchecked(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn once where the checks that read words have none of the language that the reply is in.

    Nothing is to be compared where the reply is the template's own text, letter by letter, with nothing but the voice's
    set phrases around it; nor where an entailment model judged every statement.
    """
    language = unread_language(text, context)
    if not language or not text.strip() or is_verbatim(text, context):
        return
    if context.judged is not None and context.judged.is_whole:
        return
    name = "this language" if language == UNKNOWN else language_name(language)
    yield report_whole(
        text,
        "language.meaning_unchecked",
        Severity.WARN,
        f"Nobody checked the meaning of this: the checks do not read {name}. Please let somebody who reads "
        "it compare it with the template.",
    )


def message_unread(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn where the message is in a language in which nobody here knows the words of a risk."""
    guess = guess_language(context.message.text)
    least = READ_FROM if guess.words >= WORDS_TO_SUSPECT else FOREIGN_BELOW
    is_read = guess.likelihood_of_any(risk_languages()) >= least
    if is_read and (guess.words > WORDS_TO_SUSPECT or not _holds_foreign_words_only(context)):
        return
    yield report_whole(
        text,
        "language.message_unread",
        Severity.WARN,
        f"The message seems to be in {language_name(guess.likeliest)}, which nothing here reads. Please "
        "make sure what it says.",
    )


def _holds_foreign_words_only(context: CheckContext) -> bool:
    """Whether the function words of a message are of other languages, unread ones, and none is of the reply's.

    "Imate li decaf?" looks English by the name of the product; "any decaf?" and "cheap decaf?" are left alone.
    """
    words = [word for word in _WORD.findall(context.message.text) if word.isalpha() and languages_of_words(word)]
    said = " ".join(words)
    is_other = bool(words) and context.language not in languages_of_words(said)
    return is_other and guess_language(said).likelihood_of_any(risk_languages()) < READ_FROM


def unread_language(text: str, context: CheckContext) -> str:
    """The language of the reply, or of a part of it, that the checks cannot read, or nothing."""
    if context.language not in languages_read():
        return context.language
    own = "\n".join(context.trusted_texts)
    sentences = [text[start:end] for start, end in sentence_spans(text) if text[start:end] not in own]
    for part in (*sentences, " ".join(sentences)):
        guess = guess_language(_readable(part, context))
        is_foreign = guess.words >= WORDS_TO_SUSPECT and guess.likelihood_of_any(languages_read()) < FOREIGN_BELOW
        if is_foreign or (guess.is_sure and guess.code not in languages_read()):
            return guess.code
    return language_of_promise(_readable("\n".join(sentences), context), own=own)


def _foreign_sentences(text: str, context: CheckContext) -> Iterator[tuple[tuple[int, int], str]]:
    own = _own_words(context)
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        if sum(map(str.isalpha, sentence)) < LETTERS_OF_A_SENTENCE or sentence in own:
            continue
        other = other_language(_readable(sentence, context), expected=context.language)
        if other:
            yield (start, end), other


def _own_words(context: CheckContext) -> str:
    """The brand's own texts, unless they are in another language than the reply."""
    own = "\n".join(context.trusted_texts)
    return "" if other_language(own, expected=context.language) else own


def _readable(text: str, context: CheckContext) -> str:
    """The text without names, brand words and quotations, which are in no language."""
    rest = _QUOTED.sub(" ", text)
    for name in (context.message.author_name, context.message.author_handle, context.voice.name):
        if name:
            rest = rest.replace(name, " ").replace(name.split()[0] if name.split() else name, " ")
    return rest
