"""A brand whose drafts stand as cards in Slack, in a workspace of documented answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import col, select

from replyassist.cards import linking
from replyassist.cards.models import Card
from replyassist.cards.posting import CardWriter, plan_shown
from replyassist.channels import HookRequest
from replyassist.core.accounts import Principal
from replyassist.core.security import Role
from replyassist.guardrails import Finding, Severity
from replyassist.review.models import Approval, AuditEntry, ReviewItem
from replyassist.review.repository import audit_of
from tests.channels.peers.slack import CARDS, TEAM, US, SlackPeer
from tests.world import BRAND, World

ANA, BEN = "U0ANA", "U0BEN"
CONSOLE = "https://desk.example"


@dataclass
class Desk:
    """A brand whose drafts stand as cards in Slack, and the door that presses come by."""

    world: World
    peer: SlackPeer
    client: TestClient

    @property
    def writer(self) -> CardWriter:
        settings = self.world.settings.model_copy(update={"public_url": CONSOLE})
        return CardWriter(self.world.connections, self.world.jobs, settings)

    def item(self, **overrides: Any) -> ReviewItem:
        """A draft that a card is planned for, as the worker does."""
        item = self.world.item(**overrides)
        with self.world.database.writing() as session:
            current = session.get_one(ReviewItem, item.id)
            plan_shown(session, current, connections=self.world.connections, jobs=self.world.jobs)
        return item

    def work(self) -> int:
        """Plan, and make each attempt that is due; how many there were."""
        self.writer.plan()
        due = [job for job, _ in self.world.jobs.planned if job.name == "card"]
        for _ in due:
            self.writer.write(*self.world.jobs.take("card").arguments)
        return len(due)

    def kill_in_the_middle(self) -> tuple[Any, ...]:
        """A card is posted, and the worker dies before that is known; the arguments of its job."""
        before: dict[str, Any] = {}

        def look() -> None:
            with self.world.database.reading() as session:
                before.update(session.exec(select(Card)).one().model_dump())

        connections = self.world.connections
        runtime = replace(connections.runtime, before_call=look)
        self.writer.plan()
        job = self.world.jobs.take("card")
        replace(self.writer, connections=replace(connections, runtime=runtime)).write(*job.arguments)
        with self.world.database.writing() as session:
            session.add(session.exec(select(Card)).one().sqlmodel_update(before))
        return job.arguments

    def later(self, seconds: float) -> int:
        self.world.clock.advance(seconds=seconds)
        return self.work()

    def cards(self) -> list[dict[str, Any]]:
        return [post for (channel, _), post in self.peer.posts.items() if channel == CARDS]

    def shown(self, number: int = 0) -> str:
        """What a card says, its buttons and menus in brackets."""
        blocks = self.cards()[number]["blocks"]
        texts = [block["text"]["text"] for block in blocks if block["type"] == "section"]
        texts += [each["text"] for block in blocks if block["type"] == "context" for each in block["elements"]]
        acts = [each for block in blocks if block["type"] == "actions" for each in block["elements"]]
        labels = [(each.get("text") or each["placeholder"])["text"] for each in acts]
        return "\n".join([*texts, *(f"[{each}]" for each in labels)])

    def press(self, user: str = ANA, number: int = 0, *, action: str = "approve", **more: str) -> HookRequest:
        return self.peer.pressed(self.cards()[number]["ts"], user, action=action, **more)

    def reconnect(self, **given: str) -> None:
        """Sign in again, with these credentials otherwise than they are."""
        kept = self.world.connections.account(self.world.connections.found(BRAND, "slack")).credentials
        self.world.connect("slack", "slack", account=US, **{**kept, **given})

    def last(self, item: ReviewItem) -> AuditEntry:
        with self.world.database.reading() as session:
            return audit_of(session, item.id or 0)[-1]

    def send(self, hook: HookRequest) -> Response:
        answer: Response = self.client.post(
            f"/v1/cards/{BRAND}/slack", content=hook.body, headers=dict(hook.headers), follow_redirects=False
        )
        return answer

    def told(self, hook: HookRequest) -> str:
        """Send a press; what the person is told."""
        before = len(self.peer.whispers)
        assert self.send(hook).status_code == 200
        (whisper,) = self.peer.whispers[before:]
        return whisper[1]

    def linked(self, role: Role = Role.MANAGER, user: str = ANA, **more: Any) -> Principal:
        """Somebody of this role who is this user in Slack."""
        who = self.world.person(role, **more)
        offer = linking.Offer(TEAM, user, user.lower(), 2**31)
        with self.world.database.writing() as session:
            linking.link(session, who, offer, now=self.world.clock.now())
        return who

    def approvals(self) -> list[Approval]:
        with self.world.database.reading() as session:
            return list(session.exec(select(Approval).order_by(col(Approval.id))))


def tone_finding() -> Finding:
    return Finding(rule="tone", severity=Severity.WARN, explanation="Say it kindlier.")
