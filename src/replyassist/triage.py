"""Triage: the language of a message, its risks and its mood, and from these the route.

Rules are word lists: a lead can read them, and a miss is a line to add. They err towards a person.
"""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from replyassist.core.language import detect_language


class Route(StrEnum):
    """What should happen to a message."""

    DRAFT = "draft"  # a reply is drafted
    ESCALATE = "escalate"  # a person must write, or decide who does
    NO_REPLY = "no_reply"  # probably needs no answer


class Mood(StrEnum):
    """How the message sounds; it picks the first sentence of a reply."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    PRAISE = "praise"


class Risk(BaseModel):
    """One reason for care, with the words that showed it."""

    model_config = ConfigDict(frozen=True)

    kind: str
    explanation: str
    excerpt: str


class Triage(BaseModel):
    """What triage made of a message. ``urgency`` is 0 (can wait) to 100 (now).

    ``is_plain_praise``: it thanks or praises and asks nothing, so no template answers it.
    """

    model_config = ConfigDict(frozen=True)

    route: Route
    reason: str
    language: str
    mood: Mood
    risks: tuple[Risk, ...] = ()
    urgency: int
    is_plain_praise: bool = False

    @property
    def is_high_risk(self) -> bool:
        """Whether more than a tier-1 agent must look."""
        return bool(self.risks)


_RISKS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (kind, explanation, re.compile(pattern, re.IGNORECASE))
    for kind, explanation, pattern in (
        (
            "legal",
            "Speaks of lawyers, courts or authorities.",
            r"\b(?:lawyers?|solicitors?|attorneys?|(?:will|gonna|going to|to) sue|sue you|suing|lawsuit|"
            r"legal (?:action|advice|letter|threat)|small claims|(?:to|in|the) court|court (?:case|order)|"
            r"ombudsman|regulator|trading standards|consumer (?:commission|protection)|financial conduct|"
            r"data protection (?:authority|commission\w*)|gdpr|anwalt|klage|abogado|avocat)\b",
        ),
        (
            "health",
            "Speaks of somebody's health.",
            r"\b(?:allergic reaction|anaphyla\w+|rash|swell(?:ed|ing)|swollen|hives|"
            r"poison(?:ed|ing)?|vomit\w*|threw up|throwing up|hospital|ambulance|doctor|fainted|food poisoning|"
            r"made (?:me|us|her|him) (?:ill|sick)|"
            r"felt (?:ill|sick|unwell)|mould|mouldy|glass in)\b",
        ),
        (
            "self_harm",
            "Somebody may be in danger.",
            r"\b(?:kill myself|suicid\w+|end my life|want to die|self[- ]harm)\b",
        ),
        (
            "fraud",
            "Speaks of fraud, theft or a break-in to an account.",
            r"\b(?:fraud\w*|unauthori[sz]ed|hacked|stolen|scammed|phish\w*|identity theft|"
            r"(?:didn'?t|did not|never) (?:make|do|authori[sz]e) (?:this|that|it|these)|"
            r"account i (?:don'?t|do not) know)\b",
        ),
        (
            "discrimination",
            "Speaks of discrimination or abuse by staff.",
            r"\b(?:racis[tm]|sexis[tm]|discriminat\w+|harass\w+|homophob\w+|transphob\w+)\b",
        ),
        (
            "press",
            "May come from the press.",
            r"\b(?:journalist|reporter|newspaper|press enquiry|on the record|for comment)\b",
        ),
    )
)
_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|rule|prompt|guideline|above|previous)s?\b"
    r"|\b(?:system|assistant|developer)\s*(?:prompt|message|note)?\s*:"
    r"|\b(?:reveal|print|show|repeat)\b.{0,30}\b(?:system prompt|your (?:instructions|rules|prompt))\b"
    r"|\byou are now\b|\bnote to the (?:reply |ai )?assistant\b|\bact as\b.{0,30}\b(?:ai|assistant|model)\b"
    r"|<\|?(?:im_start|system|endoftext)\|?>",
    re.IGNORECASE | re.DOTALL,
)
_SPAM = re.compile(
    r"\bdm (?:us |me )?(?:to|for) promot\w*|\bpromote it on\b"
    r"|\b(?:crypto|bitcoin|forex|binary options)\b.{0,60}\b(?:profits?|invest\w*|trad(?:e|er|ing)|returns?|earn\w*)\b"
    r"|\b(?:trading signals?|investment (?:coach|mentor))\b|\bmessage (?:her|him|me) on whats ?app\b|\bwhats ?app me\b"
    r"|\bturned\b.{0,20}\d.{0,10}\binto\b.{0,15}\d|\bfollow (?:me|us) back\b|\bcheap followers\b|\bonlyfans\b"
    r"|\bclick the link in my bio\b|\bearn\b.{0,20}\d.{0,10}\b(?:a day|per day|a week)\b|\bearn\b.{0,20}\bfrom home\b",
    re.IGNORECASE | re.DOTALL,
)
_ANGER = re.compile(
    r"\b(?:joke of a|absolute joke|disgrace\w*|ridiculous|rubbish|never again|rip ?-?off|scam\w*|worst|furious|"
    r"unacceptable|useless|pathetic|terrible|awful|hated|i hate (?:this|it|you)|fed up|"
    r"im done|i'?m done|liars?|shame on)\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:broken|burst|damaged|late|stuck|missing|lost|wrong|"
    r"still (?:pending|waiting|nothing)|not (?:work\w*|arriv\w*)|"
    r"doesn'?t work|invalid|error|crash\w*|freez\w*|complain\w*|disappoint\w*|overdrawn|locked|sold out|problem|issue|"
    r"can'?t|cant|won'?t|overpriced|bitter)\b",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:love(?:d|ly)?|loving|amazing|great|best|thank you|thanks|fantastic|brilliant|perfect|delicious|wow|obsessed|"
    r"compliments?|well done)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|\b(?:how|what|when|where|which|who|why|whats|whens|hows|"
    r"can (?:i|you|we|u)|could (?:i|you|u)|do (?:you|u|yous)|"
    r"does|is there|are there|any (?:plans|chance)|would (?:you|u)|will (?:you|there|it)|pls|please help)\b",
    re.IGNORECASE,
)


def triage(text: str, *, languages: tuple[str, ...] = ("en",)) -> Triage:
    """Read a message and decide its route before any template or model is looked at.

    ``languages`` are those that the brand's templates are written in; a message in another one goes to a person.
    """
    risks = _risks(text)
    mood = _mood(text)
    language = detect_language(text)
    urgency = _urgency(text, risks, mood)

    def decide(route: Route, reason: str, *, is_plain_praise: bool = False) -> Triage:
        return Triage(
            route=route,
            reason=reason,
            language=language,
            mood=mood,
            risks=risks,
            urgency=urgency,
            is_plain_praise=is_plain_praise,
        )

    serious = [risk for risk in risks if risk.kind != "injection"]
    if serious:
        return decide(Route.ESCALATE, f"{serious[0].kind}: {serious[0].explanation}")
    if risks:
        return decide(Route.ESCALATE, f"injection: {risks[0].explanation}")
    if _SPAM.search(text):
        return decide(Route.NO_REPLY, "spam: looks like an advertisement")
    if language not in languages:
        return decide(Route.ESCALATE, f"language: written in '{language}', the templates are in {', '.join(languages)}")
    if mood is Mood.PRAISE and not _QUESTION.search(text):
        return decide(Route.DRAFT, "praise", is_plain_praise=True)
    return decide(Route.DRAFT, "")


def _risks(text: str) -> tuple[Risk, ...]:
    found = [
        Risk(kind=kind, explanation=explanation, excerpt=match.group(0)[:100])
        for kind, explanation, pattern in _RISKS
        if (match := pattern.search(text))
    ]
    if match := _INJECTION.search(text):
        found.append(
            Risk(kind="injection", explanation="Tries to give the machine orders.", excerpt=match.group(0)[:100])
        )
    return tuple(found)


def _mood(text: str) -> Mood:
    if _ANGER.search(text) or _TROUBLE.search(text):
        return Mood.COMPLAINT
    if _PRAISE.search(text) and "?" not in text:
        return Mood.PRAISE
    return Mood.QUESTION


def _urgency(text: str, risks: tuple[Risk, ...], mood: Mood) -> int:
    if any(risk.kind in {"self_harm", "health", "fraud", "legal"} for risk in risks):
        return 100
    if risks:
        return 60
    if _ANGER.search(text):
        return 70
    if mood is Mood.COMPLAINT:
        return 40
    return 5 if _SPAM.search(text) else 20
