"""The route of a message, from its risks, what it was read as and its language.

What follows from a reading is the table ``routes.yaml``. Everything errs towards a person.
"""

from __future__ import annotations

from collections.abc import Sequence

from replyassist.core import language
from replyassist.core.language import LanguageGuess, guess_language
from replyassist.inbox.mail import is_automatic

from .kinds import ASKED_OF_US, BLAME, Kind
from .message_reading import MessageReading
from .models import Mood, Risk, Route, Triage
from .risks import risk_languages, risks_of, topics
from .routes import RouteRule, routes
from .suspicion import Suspicion, injection_risks, worst_of

WORDS_OF_A_SHORT_TEXT = 5
"""Words up to which a text whose language is not sure is never sent away for its language."""
FOREIGN_BELOW = 0.05
"""Likelihood of the brand's languages below which a longer text is in none of them; set by hand."""
URGENCY_OF_NO_REPLY, URGENCY_OF_BLAME, USUAL_URGENCY, MOST_URGENT = 5, 40, 20, 100
PUBLIC_ANGER = 15
"""What a complaint gains where everybody reads it."""
FURIOUS_BELOW = -0.6
"""Sentiment below which a message is as urgent as anger is."""
URGENCY_OF_ANGER = 70
TROUBLE_BELOW = -0.3
"""Sentiment below which somebody's own case is trouble, and not only a question."""
RISK_URGENCY = 60  # of a risk that has no topic of its own: an order to the machine


def triage(
    text: str,
    *,
    languages: tuple[str, ...] = ("en",),
    context_texts: Sequence[str] = (),
    reading: MessageReading | None = None,
    is_public: bool = False,
) -> Triage:
    """Read a message and decide its route before any template or model is looked at.

    ``languages`` are those that a reply can be written in; a message that is surely in another one, or in one whose
    risks nobody here can read, goes to a person.
    ``context_texts`` are other strangers' texts that a model would read: the author's name, the post above.
    They count for the suspicion of an attack only. ``reading`` is what a model made of the message; without one nothing
    but risks in words, language and form decides. An empty text is a message of which nobody sees anything.
    """
    suspicion = worst_of((text, *context_texts))
    guess = guess_language(text)
    read = reading if reading is not None and _is_read_in(guess) else None
    risks = (*routes().risks_of(text, read), *injection_risks(suspicion))
    route, reason = _route(text, risks, suspicion, _language_reason(guess, languages))
    rule = routes().route_of(read) if read is not None and route is Route.DRAFT else None
    if rule is not None and read is not None:
        route, reason = rule.route, rule.reason(read)
    is_plain_praise = route is Route.DRAFT and read is not None and routes().thanks.holds(read)
    mood = _mood(read)
    return Triage(
        route=route,
        reason="praise" if is_plain_praise else reason,
        language=guess.code,
        mood=mood,
        risks=risks,
        urgency=_urgency(text, risks, mood, read, rule, is_public=is_public),
        is_plain_praise=is_plain_praise,
        suspicion=suspicion.score,
        reading=reading,
    )


def asks_nothing(text: str) -> bool:
    """Whether nobody waits for an answer by form alone: nothing to read, or a mail program's words.

    It is the cheap part of ``triage``, for many messages at once; risks and readings are not looked at.
    """
    return bool(_unanswerable(text))


def warm_up() -> None:
    """Load the languages and the words of the risks (about a second), so that the first message does not wait."""
    language.warm_up()
    risks_of("risk")


def _is_read_in(guess: LanguageGuess) -> bool:
    return not guess.is_sure or guess.code in routes().read_in


def _route(text: str, risks: tuple[Risk, ...], suspicion: Suspicion, language_reason: str) -> tuple[Route, str]:
    """A doubt alone leaves the route as it is: the checks then see to it that a person reads the draft."""
    serious = [risk for risk in risks if (risk.kind != "injection" or suspicion.is_attack) and risk.escalates]
    if serious:
        return Route.ESCALATE, f"{serious[0].kind}: {serious[0].explanation}"
    if unanswerable := _unanswerable(text):
        return Route.NO_REPLY, unanswerable
    if language_reason:
        return Route.ESCALATE, language_reason
    return Route.DRAFT, ""


def _mood(reading: MessageReading | None) -> Mood:
    """What the likelier kinds say; somebody's own case is a complaint where it sounds unhappy."""
    if reading is None:
        return Mood.QUESTION
    is_trouble = reading.sentiment is not None and reading.sentiment < TROUBLE_BELOW
    likely = {
        Mood.QUESTION: reading.of(ASKED_OF_US) + (0.0 if is_trouble else reading.of({Kind.OWN_CASE})),
        Mood.COMPLAINT: reading.of(BLAME) + (reading.of({Kind.OWN_CASE}) if is_trouble else 0.0),
        Mood.PRAISE: reading.of({Kind.PRAISE}),
    }
    return max(likely, key=lambda mood: likely[mood])


def _unanswerable(text: str) -> str:
    """Why nobody waits for an answer; empty where somebody may."""
    if not text:
        return "empty: there is nothing to read"
    if is_automatic(text):
        return "automatic: a mail program wrote this"
    return ""


def _language_reason(guess: LanguageGuess, languages: tuple[str, ...]) -> str:
    """Why the language of a message sends it to a person, or nothing; a short text that may be anything does not."""
    replies = f"replies can be in {', '.join(languages)}"
    if guess.is_sure and guess.code not in risk_languages():
        return f"language: nobody here reads '{guess.code}'"
    if guess.is_sure:
        return "" if guess.code in languages else f"language: written in '{guess.code}', {replies}"
    ours = guess.likelihood_of_any(languages)
    if ours == 0 or (guess.words > WORDS_OF_A_SHORT_TEXT and ours < FOREIGN_BELOW):
        return f"language: cannot be told, perhaps '{guess.likeliest}', {replies}"
    return ""


def _urgency(
    text: str,
    risks: tuple[Risk, ...],
    mood: Mood,
    reading: MessageReading | None,
    rule: RouteRule | None,
    *,
    is_public: bool,
) -> int:
    """How soon somebody must look, 0 (can wait) to 100 (now): risks first, then anger, and more where all can read."""
    if risks:
        known = topics()
        return max(known[risk.kind].urgency if risk.kind in known else RISK_URGENCY for risk in risks)
    if rule is not None:
        return rule.urgency
    if _unanswerable(text):
        return URGENCY_OF_NO_REPLY
    if mood is not Mood.COMPLAINT:
        return USUAL_URGENCY
    is_furious = reading is not None and reading.sentiment is not None and reading.sentiment < FURIOUS_BELOW
    urgency = URGENCY_OF_ANGER if is_furious else URGENCY_OF_BLAME
    return min(MOST_URGENT, urgency + PUBLIC_ANGER * is_public)
