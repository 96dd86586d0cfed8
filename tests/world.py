"""A small world for tests: a brand with a voice and a template, people of every role, messages and items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from pwdlib.hashers.argon2 import Argon2Hasher

from replyassist.brands.service import ensure_brand
from replyassist.brands.voice import VoiceRules
from replyassist.channels import Tested
from replyassist.channels.connections import Connections
from replyassist.channels.keeping import save
from replyassist.channels.models import Connection
from replyassist.core.accounts import PERSON, SERVICE, Principal, add_user, create_token, principal
from replyassist.core.database import Database
from replyassist.core.embedding import Vectors
from replyassist.core.security import Role
from replyassist.core.settings import Settings
from replyassist.faq.service import import_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Verdict
from replyassist.inbox.schemas import MessageChanged, MessageEdit, MessageIn
from replyassist.inbox.service import load
from replyassist.intake.service import take_in
from replyassist.proposal import BY_TEMPLATE, Proposal
from replyassist.retrieval.index import TemplateMatch
from replyassist.review import decisions
from replyassist.review.author_changes import delete, edit
from replyassist.review.clusters import MessageVector
from replyassist.review.failures import FailureKind
from replyassist.review.models import ReviewItem
from replyassist.review.queue import enqueue_proposal
from replyassist.testing import FakeClock, FakeEncoder, FakeJobQueue
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

    @property
    def connections(self) -> Connections:
        """The connections of this deployment."""
        return Connections.of(self.database, self.settings, self.clock)

    def connect(
        self, platform: str, channel: str = "*", account: str = "", brand: str = BRAND, **credentials: str
    ) -> Connection:
        """Connect a brand without trying it."""
        tested = Tested((), account=account, shown_as=urlsplit(credentials.get("url", "")).hostname or "")
        with self.database.writing() as session:
            vault, now = self.connections.vault, self.clock.now()
            return save(session, vault, brand, channel, platform, credentials, tested=tested, now=now)

    def token(self, who: Principal, **more: Any) -> str:
        """An API token of somebody."""
        from replyassist.core.accounts import User

        with self.database.writing() as session:
            user = session.get(User, who.user_id)
            assert user is not None
            return create_token(session, user.email, name="test", now=self.clock.now(), **more)

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

    def item(
        self, *, message: dict[str, Any] | None = None, vector: MessageVector | None = None, **overrides: Any
    ) -> ReviewItem:
        """A message with its proposal in the queue; with its ``vector`` it is put to those that ask the same."""
        message_id = self.message(**(message or {}))
        with self.database.writing() as session:
            proposal = self.proposal(**overrides)
            item = enqueue_proposal(session, message_id, proposal, now=self.clock.now(), vector=vector)
            assert item is not None
            return item

    def second_brand(self, brand_id: str) -> None:
        """Another brand with the same template."""
        with self.database.writing() as session:
            ensure_brand(session, brand_id, now=self.clock.now(), voice=voice(brand=brand_id))
            import_templates(session, brand_id, [shipping()], now=self.clock.now())

    def redraft(
        self, item: ReviewItem, who: Principal, instruction: str = "", *, template_id: str | None = None
    ) -> ReviewItem:
        """Somebody asks for another draft of the item as they saw it."""
        return self._decide(decisions.redraft, item, who, instruction=instruction, template_id=template_id)

    def reject(
        self, item: ReviewItem, who: Principal, reason: str = "no", *, failures: Sequence[FailureKind] = ()
    ) -> ReviewItem:
        """Somebody rejects the item as they saw it."""
        return self._decide(decisions.reject, item, who, reason=reason, failures=failures)

    def escalate(self, item: ReviewItem, who: Principal, reason: str) -> ReviewItem:
        """Somebody hands the item as they saw it to a lead."""
        return self._decide(decisions.escalate, item, who, reason=reason)

    def take_back(self, item: ReviewItem, who: Principal) -> ReviewItem:
        """Somebody takes the last decision on the item back."""
        return self._decide(decisions.take_back, item, who)

    def _decide(self, act: Callable[..., ReviewItem], item: ReviewItem, who: Principal, **more: Any) -> ReviewItem:
        with self.database.writing() as session:
            now, version = self.clock.now(), item.version
            return act(session, who, item.id or 0, version=version, jobs=self.jobs, now=now, **more)

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


NAMES = (
    "Ana", "Ben", "Carla", "Dev", "Eva", "Finn", "Gita", "Hugo", "Ida", "Jon", "Kaya", "Liam", "Mia", "Nora", "Omar",
    "Pia", "Quinn", "Rosa", "Sam", "Tara", "Uma", "Vik", "Wanda", "Xavi", "Yara", "Zoe", "Arne", "Bea", "Cem", "Dina",
    "Eli", "Fay", "Gus", "Hana", "Ivo", "Jade", "Kim", "Lena", "Max", "Nell",
)  # fmt: skip


def asked_by(text: str) -> Vectors:
    """The vector of a message."""
    vector: Vectors = FakeEncoder().encode([text])[0]
    return vector


def alike(
    world: World,
    number: int,
    *,
    text: str = "do you ship to Norway??",
    message: dict[str, Any] | None = None,
    **overrides: Any,
) -> list[ReviewItem]:
    """So many people who ask the same under one post, each with a draft of their own."""
    under = {"conversation": {"external_id": "post-77", "visibility": "public", "parent_text": "New roast is out!"}}
    vector = MessageVector(FakeEncoder().model_digest, asked_by(text))
    items = []
    for name in NAMES[:number]:
        author = {"external_id": f"{name}-{next(world.numbers)}", "handle": name.lower(), "name": name}
        own = {"text": text, "author": author, **under, **(message or {})}
        draft = {"draft": DRAFT.replace("Tom", name), **overrides}
        items.append(world.item(message=own, vector=vector, **draft))
    return [world.reload(item) for item in items]
