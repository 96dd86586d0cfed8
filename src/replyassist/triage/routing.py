"""The route of a message, from its risks, its mood and its language.

Rules are word lists: a lead can read them, and a miss is a line to add. They err towards a person.
"""

from __future__ import annotations

from collections.abc import Sequence

from replyassist.core import language
from replyassist.core.language import LanguageGuess, guess_language
from replyassist.inbox.mail import is_automatic

from .kinds import ASKED_OF_US, BLAME, Kind, KindReading
from .models import Mood, Risk, Route, Triage
from .mood import is_angry, is_asking, mood_of
from .risks import risk_languages, risks_of, topics
from .spam import is_spam
from .suspicion import Suspicion, injection_risks, worst_of

WORDS_OF_A_SHORT_TEXT = 5
"""Words up to which a text whose language is not sure is never sent away for its language."""
FOREIGN_BELOW = 0.05
"""Likelihood of the brand's languages below which a longer text is in none of them; set by hand."""
URGENCY_OF_NO_REPLY = 5
RISK_URGENCY = 60  # of a risk that has no topic of its own: an order to the machine


def triage(
    text: str,
    *,
    languages: tuple[str, ...] = ("en",),
    context_texts: Sequence[str] = (),
    reading: KindReading | None = None,
) -> Triage:
    """Read a message and decide its route before any template or model is looked at.

    ``languages`` are those that a reply can be written in; a message that is surely in another one, or in one whose
    risks nobody here can read, goes to a person.
    ``context_texts`` are other strangers' texts that a model would read: the author's name, the post above.
    They count for the suspicion of an attack only. ``reading`` is what a model made of the message: it decides the
    mood, whether praise is meant, and of a message without risks that is very surely not for the brand that nobody
    waits for an answer; without one the word lists decide alone.
    An empty text is a message of which nobody sees anything.
    """
    suspicion = worst_of((text, *context_texts))
    risks = (*risks_of(text), *injection_risks(suspicion))
    mood = _mood(text, reading)
    guess = guess_language(text)
    route, reason = _route(text, risks, suspicion, _language_reason(guess, languages))
    if route is Route.DRAFT and reading is not None and reading.needs_no_reply:
        route, reason = Route.NO_REPLY, f"no_answer_due: it reads like {reading.kind.value.replace('_', ' ')}"
    is_plain_praise = route is Route.DRAFT and _is_meant_praise(text, reading)
    return Triage(
        route=route,
        reason="praise" if is_plain_praise else reason,
        language=guess.code,
        mood=mood,
        risks=risks,
        urgency=_urgency(text, risks, mood, reading),
        is_plain_praise=is_plain_praise,
        suspicion=suspicion.score,
        reading=reading,
    )


def asks_nothing(text: str) -> bool:
    """Whether nobody waits for an answer: nothing to read, a mail program's words, an advertisement, or plain praise.

    It is the cheap part of ``triage``, for many messages at once; risks are not looked at.
    """
    return bool(_unanswerable(text)) or _praises_only(text, mood_of(text))


def warm_up() -> None:
    """Load the languages and the words of the risks (about a second), so that the first message does not wait."""
    language.warm_up()
    risks_of("risk")


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


def _mood(text: str, reading: KindReading | None) -> Mood:
    """By the reading, but for somebody's own case: of that the word lists tell trouble from a question."""
    by_words = mood_of(text)
    if reading is None or (reading.kind is Kind.OWN_CASE and by_words is not Mood.PRAISE):
        return by_words
    likely = {
        Mood.QUESTION: reading.of({*ASKED_OF_US, Kind.OWN_CASE}),
        Mood.COMPLAINT: reading.of(BLAME),
        Mood.PRAISE: reading.of({Kind.PRAISE}),
    }
    return max(likely, key=lambda mood: likely[mood])


def _is_meant_praise(text: str, reading: KindReading | None) -> bool:
    return _praises_only(text, mood_of(text)) and (reading is None or reading.means_praise)


def _praises_only(text: str, mood: Mood) -> bool:
    return mood is Mood.PRAISE and not is_asking(text)


def _unanswerable(text: str) -> str:
    """Why nobody waits for an answer; empty where somebody may."""
    if not text:
        return "empty: there is nothing to read"
    if is_automatic(text):
        return "automatic: a mail program wrote this"
    return "spam: looks like an advertisement" if is_spam(text) else ""


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


def _urgency(text: str, risks: tuple[Risk, ...], mood: Mood, reading: KindReading | None) -> int:
    if risks:
        known = topics()
        return max(known[risk.kind].urgency if risk.kind in known else RISK_URGENCY for risk in risks)
    if reading is not None and reading.can_wait:
        return URGENCY_OF_NO_REPLY
    if is_angry(text):
        return 70
    if mood is Mood.COMPLAINT:
        return 40
    return URGENCY_OF_NO_REPLY if _unanswerable(text) else 20
