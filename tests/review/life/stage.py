"""What a walk plays on: the world, the people in it, and the dice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from replyassist.brands.service import get_brand
from replyassist.core.accounts import Principal, add_user, principal
from replyassist.core.errors import ReplyassistError
from replyassist.core.jobs import Job
from replyassist.core.security import Role
from replyassist.faq.service import current_version
from replyassist.inbox.models import Direction, Message
from replyassist.inbox.service import load
from replyassist.review.models import ReviewItem
from replyassist.worker import Worker
from tests.world import BRAND, World

from .channel import Platform

Thing = TypeVar("Thing")
CLIENT_ERRORS = range(400, 500)


@dataclass(frozen=True)
class Seen:
    """What stood when a person approved: each message of the item, what its author wrote after it, each template."""

    parts: tuple[tuple[int, str, bool], ...]
    later: frozenset[int]
    templates: tuple[tuple[str, str | None], ...]
    voice: str


@dataclass
class Stage:
    """The state of a walk. ``told`` is what happened, for a person to read; ``depth`` counts steps within steps."""

    world: World
    people: dict[Role, list[Principal]] = field(default_factory=dict)
    platform: Platform = field(default_factory=Platform)
    dice: Random = field(default_factory=Random)
    told: list[str] = field(default_factory=list)
    seen: dict[int, Seen] = field(default_factory=dict)
    running: list[Job] = field(default_factory=list)
    depth: int = 0
    step: Callable[[], None] = lambda: None
    worker: Worker = field(init=False)

    def invite(self) -> None:
        """Two agents, and one person of each other role; nobody signs in."""
        with self.world.database.writing() as session:
            for number, role in enumerate((Role.AGENT, *Role)):
                user = add_user(
                    session,
                    f"{role.value}{number}@test.example",
                    name=f"{role.value} {number}",
                    role=role,
                    brands=[BRAND],
                    password=None,
                    now=self.world.clock.now(),
                )
                self.people.setdefault(role, []).append(principal(session, user.id or 0))

    @property
    def lead(self) -> Principal:
        """Somebody with every right over items."""
        return self.people[Role.LEAD][0]

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self.dice.random() < share

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of them."""
        return things[int(self.dice.random() * len(things))]

    def anybody(self) -> Principal:
        """A person of any role."""
        return self.pick([person for people in self.people.values() for person in people])

    def items(self) -> list[ReviewItem]:
        """Every item, the newest last."""
        with self.world.database.reading() as session:
            return list(session.exec(select(ReviewItem).order_by(col(ReviewItem.id))))

    def messages(self) -> list[Message]:
        """Every message, the newest last."""
        with self.world.database.reading() as session:
            return list(session.exec(select(Message).order_by(col(Message.id))))

    def recent(self, things: Sequence[Thing]) -> Thing | None:
        """One of them, mostly of the last ones; None of none."""
        return self.pick(things[-4:] if self.chance(0.7) else things) if things else None

    def tell(self, *words: object) -> None:
        """Note what happens."""
        self.told.append("  " * self.depth + " ".join(str(word) for word in words))

    def meanwhile(self, share: float) -> None:
        """Something else happens in the middle of a step, where the system holds no transaction open."""
        if self.depth == 0 and self.chance(share):
            self.depth += 1
            self.step()
            self.depth -= 1

    def attempt(self, act: Callable[[Session], Any]) -> Any:
        """An act in one transaction; a refusal in clear words is an answer, anything else a fault of ours."""
        try:
            with self.world.database.writing() as session:
                return act(session)
        except ReplyassistError as refusal:
            if refusal.status not in CLIENT_ERRORS or not refusal.detail:
                raise
            self.tell("  refused:", refusal.code, refusal.detail)
            return None


def seen_now(session: Session, item: ReviewItem) -> Seen:
    """What a person who approves this item now can have seen."""
    stored = load(session, item.message_id)
    messages = session.exec(select(Message).where(Message.conversation_id == stored.conversation.id)).all()
    mine = [message for message in messages if item.message_id in (message.id, message.part_of_id)]
    end = max((part.posted_at, part.id or 0) for part in mine)
    later = [
        message.id or 0
        for message in messages
        if message.author_id == stored.author.id
        and message.direction == Direction.IN
        and message not in mine
        and (message.posted_at, message.id or 0) > end
    ]
    used = [template.id for template in item.proposal.used_templates]
    return Seen(
        parts=tuple(sorted((part.id or 0, part.text, part.deleted_at is not None) for part in mine)),
        later=frozenset(later),
        templates=tuple((template, current_version(session, BRAND, template)) for template in used),
        voice=get_brand(session, BRAND).voice_version,
    )
