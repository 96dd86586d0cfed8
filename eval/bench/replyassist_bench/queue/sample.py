"""Made-up items in bulk: what a queue of some brands looks like after years, without a model having drafted any."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlmodel import Session

from replyassist.brands.repository import brands_by_id
from replyassist.brands.service import ensure_brand, voice_of
from replyassist.core.accounts import add_user
from replyassist.core.security import Role
from replyassist.faq.service import import_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Verdict
from replyassist.proposal import BY_TEMPLATE, Candidate, Proposal
from replyassist.review.repository.search import facet
from replyassist.triage import Route
from replyassist.triage.kinds import Kind
from replyassist.triage.models import Mood, Triage

BRANDS = ("alder", "birch", "cedar")
CHANNELS = ("instagram", "facebook", "tiktok", "youtube", "email", "x", "threads", "linkedin")
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "sv", "pt", "cs", "und", "fi")
STATUSES = {"sent": 45.0, "pending": 30.0, "rejected": 19.5, "escalated": 3.0, "approved": 2.0, "failed": 0.5}
VERDICTS = {"ready": 60.0, "needs_edit": 35.0, "blocked": 5.0}
URGENCIES = {10: 50.0, 20: 15.0, 30: 10.0, 40: 10.0, 50: 8.0, 60: 4.0, 75: 2.0, 90: 1.0}
TEMPLATES = 40
VOCABULARY = 5000
HALF_A_MINUTE = timedelta(seconds=30)
WORDS_OF_A_MESSAGE = (6, 26)
EMAIL, PASSWORD = "bench@bench.example", "a password for the bench"
DRAFT = "Hi there! Thank you for asking. We ship to 32 countries, and delivery takes 4 to 7 working days."
ITEM_COLUMNS = (
    "id", "message_id", "brand_id", "channel", "status", "version", "urgency", "risk", "route", "verdict", "drafted_by",
    "template_id", "redraft_attempt", "is_redrafting", "attempt", "is_escalated", "created_at", "updated_at",
    "author_name", "author_handle", "beginning", "attachment_kinds", "visibility", "posted_at", "kind", "language",
    "reason", "abstained", "matches", "template_versions", "voice_version", "moved_at", "draft",
    "confirmed", "proposal", "conversation_id",
)  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    "author": ("id", "brand_id", "channel", "external_id", "handle", "name"),
    "conversation": ("id", "brand_id", "channel", "external_id", "visibility"),
    "message": (
        "id", "brand_id", "channel", "external_id", "conversation_id", "author_id", "text", "posted_at", "received_at",
        "attributes", "direction", "attachments", "revision", "status", "attempt",
    ),
    "review_item": ITEM_COLUMNS,
    "review_search": ("review_item_id", "words", "facets"),
}  # fmt: skip
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class House:
    """What the items refer to: each brand's voice and templates with their versions."""

    voices: dict[str, str]
    templates: dict[str, list[tuple[str, str]]]
    proposal: str
    now: datetime


def furnish(session: Session, *, now: datetime) -> House:
    """Make the brands with their templates, and somebody who works for all of them."""
    templates = {brand: [_template(brand, number) for number in range(TEMPLATES)] for brand in BRANDS}
    for brand in BRANDS:
        ensure_brand(session, brand, now=now)
        import_templates(session, brand, templates[brand], now=now)
    add_user(session, EMAIL, name="bench", role=Role.MANAGER, brands=list(BRANDS), password=PASSWORD, now=now)
    brands = brands_by_id(session, set(BRANDS))
    return House(
        voices={brand: voice_of(brands[brand]).version for brand in BRANDS},
        templates={brand: [(each.id, each.version) for each in templates[brand]] for brand in BRANDS},
        proposal=_proposal().model_dump_json(),
        now=now,
    )


def some_rows(house: House, first: int, count: int) -> Rows:
    """Items ``first`` to ``first + count - 1`` with their messages; the same for the same numbers."""
    chance = random.Random(first)
    rows: Rows = {table: [] for table in COLUMNS}
    for number in range(first, first + count):
        for table, row in _item(house, number, chance):
            rows[table].append(row)
    return rows


@cache
def word(rank: int) -> str:
    """The word of a rank; the lower, the more frequent."""
    letters = "abcdefghiklmnoprstuvw"
    return "".join(letters[(rank // len(letters) ** place) % len(letters)] for place in range(3)) + "ery"


def _item(house: House, number: int, chance: random.Random) -> Iterator[tuple[str, tuple[Any, ...]]]:
    brand = BRANDS[_falling(chance, len(BRANDS))]
    channel, language = CHANNELS[_falling(chance, len(CHANNELS))], LANGUAGES[_falling(chance, len(LANGUAGES))]
    kind = tuple(Kind)[_falling(chance, len(Kind))].value
    visibility = "private" if channel == "email" or chance.random() < 0.2 else "public"
    posted = (
        house.now - timedelta(minutes=chance.randrange(3), seconds=1) - timedelta(seconds=30) * (2_000_000 - number)
    )
    posted_at = posted.isoformat(" ", "microseconds")[:26]
    moved_at = (posted + timedelta(minutes=chance.randrange(600))).isoformat(" ", "microseconds")[:26]
    template_id, version = house.templates[brand][_falling(chance, TEMPLATES)]
    status, urgency = _drawn(chance, STATUSES), _drawn(chance, URGENCIES)
    risk, verdict = ("high" if chance.random() < 0.1 else "low"), _drawn(chance, VERDICTS)
    author = word(chance.randrange(VOCABULARY))
    words = [word(_falling(chance, VOCABULARY)) for _ in range(chance.randint(*WORDS_OF_A_MESSAGE))]
    text = f"{' '.join(words)} order FH-{number}"
    known = f"n{number}"
    yield "author", (number, brand, channel, known, f"{author}.{number}", author.capitalize())
    yield "conversation", (number, brand, channel, known, visibility)
    yield "message", (
        number, brand, channel, known, number, number, text, posted_at, posted_at, "{}", "in", "[]", 0, "queued", 0,
    )  # fmt: skip
    yield "review_item", (
        number, number, brand, channel, status, 1, urgency, risk, "draft", verdict, BY_TEMPLATE, template_id, 0, False,
        0, status == "escalated", posted_at, moved_at, author.capitalize(), f"{author}.{number}", text[:280], "[]",
        visibility, posted_at, kind, language, "", False, "[]", json.dumps([[template_id, version]]),
        house.voices[brand], moved_at, DRAFT, '{"given": []}', house.proposal, number,
    )  # fmt: skip
    values: dict[str, str | None] = {
        "brand_id": brand,
        "status": status,
        "channel": channel,
        "visibility": visibility,
        "kind": kind,
        "risk": risk,
        "route": "draft",
        "verdict": verdict,
        "language": language,
        "template_id": template_id,
        "assigned_to": None,
    }
    found_by = dict.fromkeys((author, str(number), *words, "order", "fh", *template_id.split("-")))
    facets = " ".join(facet(name, value) for name, value in values.items())
    yield "review_search", (number, "".join(f" {each}" for each in found_by), facets)


def _falling(chance: random.Random, count: int) -> int:
    """A number below ``count``; low ones are drawn far more often than high ones, as words and channels are used."""
    return min(count - 1, int(count * chance.random() ** 3))


def _drawn(chance: random.Random, shares: dict[Any, float]) -> Any:
    (drawn,) = chance.choices(tuple(shares), tuple(shares.values()))
    return drawn


def _template(brand: str, number: int) -> ReplyTemplate:
    return ReplyTemplate.model_validate(
        {
            "id": f"{brand}-{word(number)}",
            "title": f"About {word(number)}",
            "questions": [f"what of {word(number)}?"],
            "reply": DRAFT,
        }
    )


def _proposal() -> Proposal:
    candidate = Candidate(text=DRAFT, drafted_by=BY_TEMPLATE, verdict=Verdict.READY, findings=(), coverage=1, score=1)
    reading = Triage(route=Route.DRAFT, reason="", language="en", mood=Mood.QUESTION, urgency=10)
    return Proposal(route=Route.DRAFT, reason="", triage=reading, draft=DRAFT, candidates=(candidate,) * 3)
