"""A small world for tests: a brand with a voice and a template, people of every role, messages and items."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from pwdlib.hashers.argon2 import Argon2Hasher

from replyassist.brands.service import ensure_brand
from replyassist.brands.voice import VoiceRules
from replyassist.core.accounts import PERSON, SERVICE, Principal, add_user, create_token, principal
from replyassist.core.database import Database
from replyassist.core.security import Role
from replyassist.core.settings import Settings
from replyassist.faq.service import import_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Verdict
from replyassist.inbox.schemas import MessageChanged, MessageEdit, MessageIn
from replyassist.inbox.service import load
from replyassist.intake.service import delete, edit, take_in
from replyassist.proposal import BY_TEMPLATE, Proposal
from replyassist.retrieval.index import TemplateMatch
from replyassist.review import decisions
from replyassist.review.models import ReviewItem
from replyassist.review.queue import enqueue_proposal
from replyassist.testing import FakeClock, FakeJobQueue
from replyassist.triage import Route, triage

BRAND = "fernhill"
LATER = "2026-11-22T09:45:00Z"  # than any message here, by more than makes it a part of an earlier one
PASSWORD = "a long password"
# A hash names its own cost, and signing in pays it: a good one takes a tenth of a second of every core.
PASSWORD_HASH = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
DRAFT = "Hi Tom! We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."


def shipping(**overrides: Any) -> ReplyTemplate:
    """The sample template of the contract."""
    fields: dict[str, Any] = {
        "id": "shipping-abroad",
        "title": "Do you ship abroad?",
        "questions": ["do you ship to Norway?", "international delivery?"],
        "reply": "We ship to {{ countries_count }} countries in Europe. Delivery takes 4 to 7 working days.",
        "facts": {"countries_count": 32},
    }
    return ReplyTemplate.model_validate(fields | overrides)


def voice(**overrides: Any) -> VoiceRules:
    """A plain voice."""
    fields: dict[str, Any] = {
        "brand": BRAND,
        "name": "Fernhill Coffee",
        "banned_phrases": ["dear customer"],
        "exclamations_max": 2,
        "greetings": {"named": ["Hi {name}!"], "unnamed": ["Hi there!"]},
        "empathy": {"praise": ["That made our day."], "complaint": ["Sorry about that."], "question": [""]},
    }
    return VoiceRules.model_validate(fields | overrides)


def message_in(number: int = 1, **overrides: Any) -> MessageIn:
    """A message in the contract's format."""
    fields: dict[str, Any] = {
        "brand": BRAND,
        "channel": "instagram",
        "external_id": f"m-{number}",
        "text": "do you ship to Norway??",
        "author": {"external_id": "9911", "handle": "tom.k", "name": "Tom"},
        "conversation": {"external_id": f"post-{number}", "visibility": "public", "parent_text": "New roast is out!"},
        "posted_at": "2026-11-22T09:30:00Z",
        "metadata": {},
    }
    return MessageIn.model_validate(fields | overrides)


@dataclass
class World:
    """Everything a test of the later stages needs."""

    database: Database
    clock: FakeClock
    settings: Settings
    jobs: FakeJobQueue = field(default_factory=FakeJobQueue)
    numbers: Any = field(default_factory=lambda: count(1))

    def prepare(self) -> None:
        """Make the brand and its template."""
        with self.database.writing() as session:
            ensure_brand(session, BRAND, now=self.clock.now(), voice=voice())
            import_templates(session, BRAND, [shipping()], now=self.clock.now())

    def person(self, role: Role = Role.MANAGER, *, brands: list[str] | None = None, kind: str = PERSON) -> Principal:
        """Somebody of this role on the brand."""
        number = next(self.numbers)
        with self.database.writing() as session:
            user = add_user(
                session,
                f"{role.value}{number}@test.example",
                name=f"{role.value} {number}",
                role=role,
                brands=[BRAND] if brands is None else brands,
                password=None,
                now=self.clock.now(),
                kind=kind,
            )
            user.password_hash = PASSWORD_HASH if kind == PERSON else None
            assert user.id is not None
            return principal(session, user.id)

    def token(self, who: Principal) -> str:
        """An API token of somebody."""
        from replyassist.core.accounts import User

        with self.database.writing() as session:
            user = session.get(User, who.user_id)
            assert user is not None
            return create_token(session, user.email, name="test", now=self.clock.now())

    def service(self) -> Principal:
        """A program with a manager's role."""
        return self.person(Role.MANAGER, kind=SERVICE)

    def message(self, **overrides: Any) -> int:
        """Take a message in; its id."""
        with self.database.writing() as session:
            incoming = message_in(next(self.numbers), **overrides)
            return take_in(
                session,
                incoming,
                jobs=self.jobs,
                now=self.clock.now(),
                queue_limit=self.settings.queue_limit,
                group_seconds=self.settings.group_seconds,
            ).message.id

    def edit(self, external_id: str, text: str, **overrides: Any) -> MessageChanged:
        """The author edits a message, or the platform shows it again."""
        change = MessageEdit.model_validate({"text": text} | overrides)
        with self.database.writing() as session:
            return edit(session, BRAND, "instagram", external_id, change, jobs=self.jobs, now=self.clock.now())

    def delete(self, external_id: str) -> MessageChanged:
        """The author deletes a message."""
        with self.database.writing() as session:
            return delete(session, BRAND, "instagram", external_id, jobs=self.jobs, now=self.clock.now())

    def key(self, item: ReviewItem) -> str:
        """The external id of an item's message."""
        with self.database.reading() as session:
            return load(session, item.message_id).message.external_id

    def item(self, *, message: dict[str, Any] | None = None, **overrides: Any) -> ReviewItem:
        """A message with its proposal in the queue."""
        message_id = self.message(**(message or {}))
        with self.database.writing() as session:
            item = enqueue_proposal(session, message_id, self.proposal(**overrides), now=self.clock.now())
            assert item is not None
            return item

    def redraft(
        self, item: ReviewItem, who: Principal, instruction: str = "", *, template_id: str | None = None
    ) -> ReviewItem:
        """Somebody asks for another draft of the item as they saw it."""
        with self.database.writing() as session:
            return decisions.redraft(
                session,
                who,
                item.id or 0,
                version=item.version,
                instruction=instruction,
                template_id=template_id,
                jobs=self.jobs,
                now=self.clock.now(),
            )

    def proposal(self, **overrides: Any) -> Proposal:
        """A draft from the template that the checks call ready."""
        template = shipping()
        text = overrides.pop("text", "do you ship to Norway??")
        match = TemplateMatch(
            template_id=template.id,
            version=template.version,
            title=template.title,
            score=0.9,
            probability=0.95,
            matched_text=template.questions[0],
            matched_field="question",
            reply=template.rendered_reply,
        )
        fields: dict[str, Any] = {
            "route": Route.DRAFT,
            "reason": "",
            "triage": triage(text),
            "templates": (match,),
            "template_id": template.id,
            "template_version": template.version,
            "voice_version": voice().version,
            "draft": DRAFT,
            "drafted_by": BY_TEMPLATE,
            "verdict": Verdict.READY,
        }
        return Proposal(**(fields | overrides))

    def reload(self, item: ReviewItem) -> ReviewItem:
        """The item as it stands now."""
        with self.database.reading() as session:
            found = session.get(ReviewItem, item.id)
            assert found is not None
            return found
