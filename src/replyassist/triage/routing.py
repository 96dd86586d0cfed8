"""The route of a message, from its risks, its mood and its language.

Rules are word lists: a lead can read them, and a miss is a line to add. They err towards a person.
"""

from __future__ import annotations

from collections.abc import Sequence

from replyassist.core.language import detect_language
from replyassist.inbox.mail import is_automatic

from .models import Mood, Risk, Route, Triage
from .mood import is_angry, is_asking, mood_of
from .risks import risks_of
from .spam import is_spam
from .suspicion import Suspicion, injection_risks, worst_of

_GRAVEST = frozenset({"self_harm", "health", "fraud", "legal"})


def triage(
    text: str,
    *,
    languages: tuple[str, ...] = ("en",),
    context_texts: Sequence[str] = (),
) -> Triage:
    """Read a message and decide its route before any template or model is looked at.

    ``languages`` are those that a reply can be written in; a message in another one goes to a person.
    ``context_texts`` are other strangers' texts that a model would read: the author's name, the post above.
    They count for the suspicion of an attack only. An empty text is a message of which nobody sees anything.
    """
    suspicion = worst_of((text, *context_texts))
    risks = (*risks_of(text), *injection_risks(suspicion))
    mood = mood_of(text)
    language = detect_language(text)
    route, reason = _route(text, risks, suspicion, _language_reason(language, languages))
    is_plain_praise = route is Route.DRAFT and mood is Mood.PRAISE and not is_asking(text)
    return Triage(
        route=route,
        reason="praise" if is_plain_praise else reason,
        language=language,
        mood=mood,
        risks=risks,
        urgency=_urgency(text, risks, mood),
        is_plain_praise=is_plain_praise,
        suspicion=suspicion.score,
    )


def _route(text: str, risks: tuple[Risk, ...], suspicion: Suspicion, language_reason: str) -> tuple[Route, str]:
    """A doubt alone leaves the route as it is: the checks then see to it that a person reads the draft."""
    serious = [risk for risk in risks if risk.kind != "injection" or suspicion.is_attack]
    if serious:
        return Route.ESCALATE, f"{serious[0].kind}: {serious[0].explanation}"
    if unanswerable := _unanswerable(text):
        return Route.NO_REPLY, unanswerable
    if language_reason:
        return Route.ESCALATE, language_reason
    return Route.DRAFT, ""


def _unanswerable(text: str) -> str:
    """Why nobody waits for an answer; empty where somebody may."""
    if not text:
        return "empty: there is nothing to read"
    if is_automatic(text):
        return "automatic: a mail program wrote this"
    return "spam: looks like an advertisement" if is_spam(text) else ""


def _language_reason(language: str, languages: tuple[str, ...]) -> str:
    if language in languages:
        return ""
    return f"language: written in '{language}', replies can be in {', '.join(languages)}"


def _urgency(text: str, risks: tuple[Risk, ...], mood: Mood) -> int:
    if any(risk.kind in _GRAVEST for risk in risks):
        return 100
    if risks:
        return 60
    if is_angry(text):
        return 70
    if mood is Mood.COMPLAINT:
        return 40
    return 5 if _unanswerable(text) else 20
