"""A reply is written in one language, the one that it was meant for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replyassist.core.language import detect_language, other_language
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.text import sentence_spans

LETTERS_OF_A_SENTENCE = 20  # below, a sentence is a name, an exclamation or a borrowed phrase
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
    """The brand's own texts, where they are in the language of the reply."""
    own = "\n".join(context.trusted_texts)
    return own if detect_language(own) == context.language else ""


def _readable(text: str, context: CheckContext) -> str:
    """The text without names, brand words and quotations, which are in no language."""
    rest = _QUOTED.sub(" ", text)
    for name in (context.message.author_name, context.message.author_handle, context.voice.name):
        if name:
            rest = rest.replace(name, " ").replace(name.split()[0] if name.split() else name, " ")
    return rest
