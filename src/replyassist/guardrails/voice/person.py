"""Who speaks and who is spoken to: "we" or "I", and the polite or the familiar "you"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding
from replyassist.guardrails.text import normalise
from replyassist.guardrails.voice.standing import standing

_WITH_NEXT_WORD = re.compile(r"\S*(?:\s+\w+)?")
_QUOTED_BEFORE = re.compile(r"[\"'“‘«„‹]$")
# English "I" only in a form that is no Roman numeral, initial or part of a name; capitals as they were written.
_SINGULAR = {
    "en": r"(?<![\w.'’&/-])[Ii](?:['’](?:m|ve|ll|d)(?!\w)|(?![\w'’./&-]))"
    r"|(?<![\w'’-])(?:me|my|mine|myself|(?<=[.!?] )My|^My)(?![\w-])",
    "de": r"(?<!\w)(?:[Ii]ch|mich|mir|[Mm]eine?[mnrs]?)(?!\w)",
    "fr": r"(?<!\w)(?:[Jj]['’](?=\w)|(?:[Jj]e|moi|[Mm]on|[Mm]es)(?!\w))",
    "es": r"(?<!\w)(?:[Yy]o|[Mm]is?|conmigo)(?!\w)",
    "it": r"(?<!\w)(?:[Ii]o|mi[oae]|miei)(?!\w)",
    "nl": r"(?<!\w)(?:[Ii]k|mij|[Mm]ijn)(?!\w)",
    "pt": r"(?<!\w)(?:[Ee]u|[Mm]eus?|[Mm]inhas?|comigo)(?!\w)",
}
_PLURAL = {
    "en": r"(?<!\w)(?:[Ww]e|WE)(?:['’](?:re|ve|ll|d))?(?![\w'’])|(?<!\w)(?:us|[Oo]urs?|ourselves)(?![\w-])",
    "de": r"(?<!\w)(?:[Ww]ir|uns|[Uu]nser(?:e[mnrs]?)?)(?!\w)",
    "fr": r"(?<!\w)(?:[Nn]ous|[Nn]otre|[Nn]os)(?!\w)",
    "es": r"(?<!\w)(?:[Nn]osotr[oa]s|[Nn]uestr[oa]s?)(?!\w)",
    "it": r"(?<!\w)(?:[Nn]oi|[Nn]ostr[oaie])(?!\w)",
    "nl": r"(?<!\w)(?:[Ww]ij|[Oo]nze?)(?!\w)",
    "pt": r"(?<!\w)(?:[Nn]ós|[Nn]oss[oa]s?)(?!\w)",
}
# At the start of a sentence "Sie" and "Ihr" are also "they", "she" and "her": there they say nothing.
_FORMAL = {
    "de": r"(?<![.!?:\n] )(?<!^)(?<!\w)(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)(?!\w)",
    "fr": r"(?<!\w)(?:[Vv]ous|[Vv]otre|[Vv]os)(?!\w)",
    "es": r"(?<!\w)(?:[Uu]sted(?:es)?|[Vv]uestr[oa]s?)(?!\w)",
    "nl": r"(?<!\w)(?:[Uu]|[Uu]w)(?!\w)",
}
_INFORMAL = {
    "de": r"(?<!\w)(?:[Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?[mnrs]?|euch|[Ee]u(?:er|re[mnrs]?))(?!\w)",
    "fr": r"(?<!\w)(?:[Tt]['’](?=\w)|(?:[Tt]u|[Tt]oi|[Tt]on|[Tt]es)(?!\w))",
    "es": r"(?<!\w)(?:[Tt]ú|ti|contigo|[Tt]us?)(?!\w)",
    "nl": r"(?<!\w)(?:[Jj]e|[Jj]ij|jou|[Jj]ouw)(?!\w)",
}


def pronoun(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report "I", "me", "my" where the brand says "we", and the other way round; quotes and menu names are fine."""
    other = _SINGULAR if context.voice.pronoun == "we" else _PLURAL
    source = other.get(context.language)
    for start, end in _found(source, text, context) if source else ():
        yield report(
            text,
            (start, end),
            rule="voice.pronoun",
            severity=standing(context.voice.severities.pronoun),
            explanation=f'{context.voice.name} speaks of itself as "{context.voice.pronoun}".',
        )


def address(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report the wrong "you" (Sie or du, vous or tu, usted or tú, u or je), and both of them in one reply."""
    formal, informal = _FORMAL.get(context.language), _INFORMAL.get(context.language)
    if formal is None or informal is None:
        return
    polite, familiar = list(_found(formal, text, context)), list(_found(informal, text, context))
    wanted = context.voice.address
    if wanted == "any":
        wrong = familiar if polite and familiar else []
        why = "The reply mixes the polite and the familiar way to speak to somebody."
    else:
        wrong = familiar if wanted == "formal" else polite
        why = f"{context.voice.name} speaks to people in the {wanted} way."
    for span in wrong[:1]:
        yield report(
            text, span, rule="voice.address", severity=standing(context.voice.severities.address), explanation=why
        )


def _found(source: str, text: str, context: CheckContext) -> Iterator[tuple[int, int]]:
    template = normalise(context.template_text).text
    for match in re.finditer(source, text):
        start, end = match.span()
        if _QUOTED_BEFORE.search(text, max(0, start - 1), start):
            continue
        phrase = _WITH_NEXT_WORD.match(text, start)
        if phrase and re.search(rf"(?<!\w){re.escape(normalise(phrase[0]).text)}(?!\w)", template):
            continue
        yield start, end
