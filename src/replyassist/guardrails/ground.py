"""What a draft may stand on: the sources of one check, made once per check and compared by value."""

from __future__ import annotations

import re
from dataclasses import dataclass

from replyassist.core.embedding import Encoder
from replyassist.guardrails.clauses import clause_spans
from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.likeness import Sources
from replyassist.guardrails.pleasantries import own_phrases
from replyassist.guardrails.spans import Support
from replyassist.guardrails.terms import terms
from replyassist.guardrails.text import normalise


@dataclass(frozen=True)
class CheckSources:
    """The sources of a check. ``trusted`` is the template's; ``passages`` are its passages as they were written.

    ``heard`` are the message and the conversation, each with the kind of support that it gives. ``own`` are the
    voice's phrases; ``name`` is the brand's, which is masked wherever it stands.
    """

    trusted: Sources
    passages: tuple[str, ...]
    heard: tuple[tuple[Support, Sources], ...]
    own: frozenset[str]
    name: str
    has_template: bool
    encoder: Encoder | None

    def masked(self, text: str) -> str:
        """The text with "we" for the brand's name, so that the name does not make any two sentences alike."""
        return masked(text, name=self.name)


def ground_of(context: CheckContext) -> CheckSources:
    """The sources of this context."""
    voice = context.voice
    names = frozenset(re.findall(r"\w+", normalise(voice.name).text))
    common = frozenset(term.stem for term in terms(voice.about))
    passages = (*_clauses(context.template_text), *other_facts(context))
    title = context.template.title if context.template else ""

    def sources(texts: tuple[str, ...], title: str = "") -> Sources:
        return Sources(
            passages=tuple(masked(text, name=voice.name) for text in texts),
            replies=len(_clauses(context.template_text)),
            title=masked(title, name=voice.name),
            names=names,
            common=common,
        )

    above = ((Support.CONVERSATION, text) for text in context.message.texts_above)
    heard = ((Support.MESSAGE, context.message.text), *above)
    return CheckSources(
        trusted=sources(passages, title),
        passages=passages,
        heard=tuple((support, sources(_clauses(text))) for support, text in heard if text.strip()),
        own=own_phrases(voice),
        name=voice.name,
        has_template=context.template is not None,
        encoder=context.encoder,
    )


def masked(text: str, *, name: str) -> str:
    """The text with "we" for this name."""
    return re.sub(rf"(?<!\w)(?:the )?{re.escape(name)}(?!\w)", "we", text, flags=re.IGNORECASE) if name else text


def _clauses(text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in clause_spans(text))


def other_facts(context: CheckContext) -> tuple[str, ...]:
    """Facts that the reply has no slot for, each with its name: "countries count: 32"."""
    template = context.template
    if template is None:
        return ()
    unused = (f"{key.replace('_', ' ')}: {value}" for key, value in template.facts.items() if key not in template.slots)
    return (*unused, *template.links)
