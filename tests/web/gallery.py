"""The sample brands as they look after some weeks of work: what the pictures of the documentation are taken of.

Messages are the shipped samples and labelled cases, drafted by the real pipeline with scripted candidates, and decided,
sent, noted, assigned and scored through the same services as the console's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from replyassist.app import Parts
from replyassist.brands.service import ensure_brand
from replyassist.brands.voice import sample_voice
from replyassist.core.accounts import Principal, User, add_user, principal
from replyassist.core.errors import ReplyassistError
from replyassist.core.llm import ModelCall
from replyassist.core.resources import resource_folder
from replyassist.core.security import Role
from replyassist.faq.files import read_templates
from replyassist.faq.service import import_templates
from replyassist.inbox.schemas import MessageIn
from replyassist.intake.service import take_in
from replyassist.review import decisions
from replyassist.review.models import ReviewItem
from tests.delivery.test_delivery import FakeChannel, run
from tests.review.test_decisions import approve
from tests.world import PASSWORD_HASH, World

BRANDS = ("fernhill", "harbour")
MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
CASES = Path(__file__).parents[2] / "eval" / "cases" / "dev.jsonl"
WEEKS = 6
A_WEEK = 9  # messages decided
WRITTEN = {
    "Norway": (
        "Hi Tom! Yes, we do! We ship to 32 countries in Europe, and a parcel abroad takes 4 to 7 working days. "
        "The list at https://fernhill.example/shipping has every country and its price. ☕",
        "Hi Tom! Yes, we ship to Norway free of charge, it will be with you by tomorrow!",
    ),
    "grinder": (
        "Hey! No grinder needed: we sell every coffee as whole beans or freshly ground at the same price. Choose your "
        "brewer on the product page and we match the grind.",
    ),
    "had burst": (
        "Hi Hannah, oh no, beans everywhere, sorry about that. Send a photo and your order number to "
        "help@fernhill.example within 14 days of delivery. We send a replacement within 2 working days, and you don't "
        "have to post anything back.",
    ),
}
TEAM = {
    "ana": ("Ana Keane", Role.MANAGER),
    "tim": ("Tim Okafor", Role.AGENT),
    "mia": ("Mia Brandt", Role.AGENT),
    "lea": ("Lea Sommer", Role.LEAD),
    "joe": ("Joe Whelan", Role.ADMIN),
}
UNDER_ONE_POST = (
    ("Sofie", "when is bramble back in stock??"), ("Marek", "is bramble back in stock?"),
    ("Inês", "when will bramble be back in stock"), ("Matteo", "when is Bramble back in stock please"),
    ("Eszter", "hi, when is bramble back in stock? 🥺"), ("Lukas", "when is bramble going to be back in stock"),
    ("Noor", "bramble back in stock when??"), ("Elif", "hiya when is bramble back in stock"),
)  # fmt: skip


def write(call: ModelCall) -> Sequence[str]:
    """The candidates for a message; none for most, so that the template's reply is used."""
    asked = call.messages[-1].content
    return next((texts for phrase, texts in WRITTEN.items() if phrase in asked), [""])


def load_brands(parts: Parts) -> None:
    """Both sample brands with their voices and templates."""
    now = parts.clock.now()
    with parts.database.writing() as session:
        for brand in BRANDS:
            ensure_brand(session, brand, now=now, voice=sample_voice(brand))
            templates = read_templates(resource_folder("faq") / brand).templates
            import_templates(session, brand, templates, now=now, replace=True)


def sample_messages() -> list[MessageIn]:
    """The shipped ones of both brands."""
    lines = (resource_folder("examples") / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    return [MessageIn.model_validate(json.loads(line)) for line in lines]


def drafted(parts: Parts, incoming: MessageIn) -> int:
    """The item of a message that the worker has drafted a reply to."""
    with parts.database.writing() as session:
        taken = take_in(session, incoming, jobs=parts.jobs, now=parts.clock.now(), queue_limit=1000, group_seconds=0)
        message_id = taken.message.id or 0
    parts.worker.draft(message_id, 0)
    with parts.database.reading() as session:
        return item_of(session, message_id)


def item_of(session: Session, message_id: int) -> int:
    """The item of a message."""
    return session.exec(select(ReviewItem.id).where(ReviewItem.message_id == message_id)).one() or 0


class Gallery:
    """A world that people have worked in for weeks. ``known`` are names for the addresses of pages."""

    def __init__(self, world: World, parts: Parts) -> None:
        self.world, self.parts, self.known = world, parts, dict[str, Any]()
        self.today = world.clock.now()
        world.clock.time = self.today - timedelta(weeks=WEEKS)
        load_brands(parts)
        for brand in BRANDS:
            world.connect("webhook", brand=brand, url=f"https://inbox.{brand}.example/hook", secret="whsec_x")
        self.people = {key: self._hire(key, name, role) for key, (name, role) in TEAM.items()}
        self.cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
        self._weeks()
        world.clock.time = self.today - timedelta(hours=2)
        self.items = [self._taken(message) for message in sample_messages()]

    def _hire(self, key: str, name: str, role: Role) -> Principal:
        with self.world.database.writing() as session:
            user = add_user(
                session, f"{key}@demo.example", name=name, role=role, brands=list(BRANDS), password=None,
                now=self.world.clock.now(),
            )  # fmt: skip
            user.password_hash = PASSWORD_HASH
            return principal(session, user.id or 0)

    def _weeks(self) -> None:
        """Some weeks in which most drafts went out as they were."""
        asked = [case for case in self.cases if case["brand"] == "fernhill"]
        deciders = [self.people[key] for key in ("ana", "tim", "ana", "mia", "lea")]
        for number, case in enumerate(asked[: WEEKS * A_WEEK]):
            week, place = divmod(number, A_WEEK)
            start = self.today - timedelta(weeks=WEEKS - week) + timedelta(days=place % 6, hours=place % 4)
            self.world.clock.time = max(start, self.world.clock.time)
            item = self.item(drafted(self.parts, self._message(case, number)))
            self.world.clock.advance(hours=0.4 + (number * 7 % 11) / 6)
            self._decide(item, deciders[number % len(deciders)], number, case["expected"].get("reply") or "")

    def _taken(self, message: MessageIn) -> int:
        self.world.clock.advance(seconds=100)
        return drafted(self.parts, message)

    def _message(self, case: dict[str, Any], number: int) -> MessageIn:
        name = case.get("author_name") or None
        return self.message(f"case-{number}", case["text"], name, case.get("parent_text"), case.get("visibility"))

    def message(
        self, key: str, text: str, name: str | None, parent: str | None = None, visibility: str | None = "public"
    ) -> MessageIn:
        """A message to Fernhill that comes in now."""
        return MessageIn.model_validate({
            "brand": "fernhill", "channel": "instagram", "external_id": key, "text": text,
            "author": {"external_id": f"a-{key}", "handle": (name or "guest").lower().replace(" ", "."), "name": name},
            "conversation": {"external_id": f"c-{parent or key}"[:100], "visibility": visibility or "public",
                             "parent_text": parent},
            "posted_at": self.world.clock.now(), "metadata": {},
        })  # fmt: skip

    def _decide(self, item: ReviewItem, who: Principal, number: int, better: str) -> None:
        lead = self.people["lea"]
        if not item.draft:
            self.reject(item, lead if number % 2 else self.people["ana"], "no_reply_needed")
        elif number % 9 == 4:
            self.reject(item, self.people["ana"], "Wrong fact: it asks for the shop, not for the parcel")
        elif number % 11 == 7:
            self.escalate(item, who, "Needs facts that I do not have")
        else:
            text = better if number % 4 == 3 and better else item.draft
            try:
                approve(self.world, lead, item, text=text, accept_findings=True)
            except ReplyassistError:
                self.reject(item, lead, "A person must write this one")
            else:
                run(self.world, FakeChannel())

    def item(self, item_id: int) -> ReviewItem:
        """The item as it stands now."""
        with self.world.database.reading() as session:
            return session.get_one(ReviewItem, item_id)

    def reject(self, item: ReviewItem, who: Principal, reason: str) -> None:
        """Somebody rejects an item."""
        with self.world.database.writing() as session:
            decisions.reject(
                session, who, item.id or 0, version=item.version, reason=reason, jobs=self.world.jobs, now=self.now
            )

    def escalate(self, item: ReviewItem, who: Principal, reason: str) -> None:
        """Somebody hands an item to a lead."""
        with self.world.database.writing() as session:
            decisions.escalate(
                session, who, item.id or 0, version=item.version, reason=reason, jobs=self.world.jobs, now=self.now
            )

    @property
    def now(self) -> datetime:
        """The time that the world has."""
        return self.world.clock.now()

    def name(self, who: str) -> str:
        """What somebody is called."""
        with self.world.database.reading() as session:
            return session.get_one(User, self.people[who].user_id).name
