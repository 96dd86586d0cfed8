"""The route of a message, from its risks, its mood and its language.

Rules are word lists: a lead can read them, and a miss is a line to add. They err towards a person.
"""

from __future__ import annotations

from replyassist.core.language import detect_language

from .models import Mood, Risk, Route, Triage
from .mood import is_angry, is_asking, mood_of
from .risks import risks_of
from .spam import is_spam
from .suspicion import injection_risks

_GRAVEST = frozenset({"self_harm", "health", "fraud", "legal"})


def triage(text: str, *, languages: tuple[str, ...] = ("en",)) -> Triage:
    """Read a message and decide its route before any template or model is looked at.

    ``languages`` are those that the brand's templates are written in; a message in another one goes to a person.
    """
    risks = (*risks_of(text), *injection_risks(text))
    mood = mood_of(text)
    language = detect_language(text)
    route, reason, is_plain_praise = _route(text, risks, mood, language, languages)
    return Triage(
        route=route,
        reason=reason,
        language=language,
        mood=mood,
        risks=risks,
        urgency=_urgency(text, risks, mood),
        is_plain_praise=is_plain_praise,
    )


def _route(
    text: str, risks: tuple[Risk, ...], mood: Mood, language: str, languages: tuple[str, ...]
) -> tuple[Route, str, bool]:
    if risks:
        return Route.ESCALATE, f"{risks[0].kind}: {risks[0].explanation}", False
    if is_spam(text):
        return Route.NO_REPLY, "spam: looks like an advertisement", False
    if language not in languages:
        reason = f"language: written in '{language}', the templates are in {', '.join(languages)}"
        return Route.ESCALATE, reason, False
    if mood is Mood.PRAISE and not is_asking(text):
        return Route.DRAFT, "praise", True
    return Route.DRAFT, "", False


def _urgency(text: str, risks: tuple[Risk, ...], mood: Mood) -> int:
    if any(risk.kind in _GRAVEST for risk in risks):
        return 100
    if risks:
        return 60
    if is_angry(text):
        return 70
    if mood is Mood.COMPLAINT:
        return 40
    return 5 if is_spam(text) else 20
