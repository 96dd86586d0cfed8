"""A reply speaks as the brand and never of being a machine."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.text import normalise

_MACHINE = re.compile(
    r"(?<!\w)(?:as an? (?:ai|a\.i\.|artificial|large language|language|virtual|automated)(?!\w)"
    r"|(?:large )?language models?(?!\w)"
    r"|(?:i'?m|i am|we are|we're|this is) (?:just |only )?an? (?:ai|a\.i\.|bot|chat ?bot|robot|virtual assistant"
    r"|digital assistant|automated \w+)(?!\w)"
    r"|(?:ai|a\.i\.|virtual|automated)[ -](?:language )?(?:assistants?|models?|agents?|chat ?bots?)(?!\w)"
    r"|(?:my|our) (?:training data|knowledge cut-?off|programming)(?!\w)"
    r"|(?:i was|i have been|i've been) (?:trained|programmed)(?!\w)"
    r"|chat ?gpt|openai"
    r"|(?:als|ich bin|wir sind) (?:nur )?(?:eine? )?(?:ki|chatbot|künstliche intelligenz|sprachmodell)(?!\w)"
    r"|(?:en tant qu'|je suis une? )(?:ia|intelligence artificielle|chatbot|modèle de langage)(?!\w)"
    r"|(?:como|soy) (?:una? )?(?:ia|inteligencia artificial|chatbot|modelo de lenguaje)(?!\w))"
)


def machine_talk(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block a reply that speaks of being a machine, unless the template does."""
    plain = normalise(text)
    template = normalise(context.template_text).text
    for match in _MACHINE.finditer(plain.text):
        if match[0] in template:
            continue
        yield report(
            text,
            plain.span(*match.span()),
            rule="draft.machine_talk",
            severity=Severity.BLOCK,
            explanation="The reply speaks of being an AI or a machine. Please write it as the brand.",
        )
