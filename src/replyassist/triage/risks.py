"""Words that a person must see before anybody answers: law, health, danger, fraud, discrimination, the press."""

from __future__ import annotations

import re

from .models import Risk

EXCERPT_CHARACTERS = 100

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


def risks_of(text: str) -> tuple[Risk, ...]:
    """Every kind of risk that the text shows, the gravest first, each with the words that showed it."""
    return tuple(
        Risk(kind=kind, explanation=explanation, excerpt=match.group(0)[:EXCERPT_CHARACTERS])
        for kind, explanation, pattern in _RISKS
        if (match := pattern.search(text))
    )
