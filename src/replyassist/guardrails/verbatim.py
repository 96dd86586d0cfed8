"""Whether a reply is its template as it stands, with nothing around it but the voice's set phrases."""

from __future__ import annotations

from collections.abc import Iterator

from replyassist.drafting.personalise import greetings_for
from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.voice.greeting import body_start


def is_verbatim(text: str, context: CheckContext) -> bool:
    """Whether the text is a greeting, set phrases, the whole template and set phrases, letter by letter.

    Space does not count, after a greeting the first letter may be small, and the template's own greeting may be
    missing. Without a template set phrases are all that it may hold. A template that is given in part says something
    else: its last sentence may be its condition.
    """
    rest = _spaced(text)
    for greeting in greetings_for(context.voice, context.message.author_name):
        if greeting.strip() and rest.startswith(greeting.strip()):
            rest = rest.removeprefix(greeting.strip()).lstrip()
            break
    phrases = frozenset(_set_phrases(context))
    template = _spaced(context.template_text)
    if not template:
        return _is_made_of(rest, phrases)
    answers = (template, template[body_start(template) :])
    parts = [rest.partition(answer) for answer in (*answers, *map(_with_small_first, answers)) if answer]
    return any(found and _is_made_of(before, phrases) and _is_made_of(after, phrases) for before, found, after in parts)


def _is_made_of(text: str, phrases: frozenset[str]) -> bool:
    """Whether a text is nothing but these phrases, one after another."""
    longest_first = sorted(phrases, key=len, reverse=True)
    while text := text.strip():
        phrase = next((phrase for phrase in longest_first if text.startswith(phrase)), None)
        if phrase is None:
            return False
        text = text.removeprefix(phrase)
    return True


def _set_phrases(context: CheckContext) -> Iterator[str]:
    """The voice's sign-off, sympathy, closings and handovers, whole; and with a small first letter after a greeting."""
    voice = context.voice
    listed = [voice.sign_off.text]
    for part in (voice.empathy, voice.closings, voice.handover):
        listed += [phrase for phrases in part.model_dump().values() for phrase in phrases]
    for phrase in map(_spaced, listed):
        if phrase:
            yield phrase
            yield _with_small_first(phrase)


def _with_small_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _spaced(text: str) -> str:
    return " ".join(text.split())
