"""What every adapter is held to that writes drafts as notes into a platform's own inbox, through worker and door.

A test subclasses NotesConformance and gives it a DeskHarness: agents answer there, with our drafts as notes.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from replyassist.channels import Account, Credentials
from replyassist.channels.models import Connection
from replyassist.channels.vault import Vault
from replyassist.inbox.models import Message
from replyassist.intake.events import take_events
from replyassist.intake.pulling import Puller
from replyassist.learning.lessons import lessons_of
from replyassist.review.answered_there import AS_IS, EDITED, IGNORED
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.repository import audit_of
from tests.test_worker import GOOD, worker
from tests.world import BRAND, World

from .conformance import QUESTION, Harness
from .polled import PolledHarness


class DeskHarness(Harness):
    """A harness whose platform has notes; its peer loses answers and asks to wait for notes as for replies."""

    @abstractmethod
    def answer(self, text: str) -> None:
        """An agent answers in the conversation that ``write`` wrote in."""

    @abstractmethod
    def notes(self) -> Sequence[str]:
        """The texts of the notes that only agents see, oldest first."""

    revoked: Mapping[str, str] = {"token": "revoked"}
    """Credentials that the peer does not take."""


class Desk:
    """One account with drafts as notes (or as ``drafts`` says), and the worker. Where the harness is polled,
    its webhooks are all lost and the account is read."""

    def __init__(self, world: World, harness: DeskHarness, *, drafts: str = "notes") -> None:
        harness.world = world
        self.reads = isinstance(harness, PolledHarness)
        if self.reads:
            world.clock.time = datetime.now(UTC)
        self.world, self.harness, self.work, self.name = world, harness, worker(world), harness.adapter.traits.name
        self.given = harness.credentials() | {"drafts": drafts}
        self.connection = world.connect(self.name, self.name, account=harness.account, **self.given)

    def bring(self) -> None:
        """Take in what the platform told, by webhooks or by a reading."""
        if self.reads:
            self.read()
        else:
            self.take_hooks()

    def take_hooks(self) -> None:
        """Take in what webhooks told."""
        account = Account(BRAND, self.name, self.harness.account, Credentials(self.given))
        is_answered_there = self.world.connections.writes_notes(self.connection)
        for event in self.harness.events(account):
            with self.world.database.writing() as session:
                take_events(
                    session,
                    self.connection,
                    [event],
                    jobs=self.world.jobs,
                    settings=self.world.settings,
                    now=self.world.clock.now(),
                    is_answered_there=is_answered_there,
                )

    def read(self) -> None:
        """Read the account, as the worker does every hour."""
        world, key = self.world, self.connection.id or 0
        world.clock.advance(seconds=1)
        with world.database.reading() as session:
            pull = session.get_one(Connection, key).pulls
        Puller(world.connections, world.jobs, world.settings).pull(key, pull)
        with world.database.reading() as session:
            assert session.get_one(Connection, key).problem == ""

    def drafted(self) -> ReviewItem:
        """Tom asks and a draft is made."""
        self.harness.write(QUESTION)
        self.bring()
        self.work.draft(*self.world.jobs.take("draft").arguments)
        return self.item()

    def item(self) -> ReviewItem:
        """The one item."""
        with self.world.database.reading() as session:
            return session.exec(select(ReviewItem)).one()

    def note(self) -> None:
        """Run the job."""
        self.work.note(*self.world.jobs.take("note").arguments)

    def planned(self) -> list[str]:
        """The names of the jobs that wait."""
        return [job.name for job, _ in self.world.jobs.planned]

    def taught(self) -> tuple[str, list[str]]:
        """The last act, and the templates that the message is now an example of."""
        with self.world.database.reading() as session:
            item = session.exec(select(ReviewItem)).one()
            history = audit_of(session, item.id or 0)
            return history[-1].act, [each.template_id for each in lessons_of(item, history, languages=["en"])]


class NotesConformance:
    """One test for each promise of ``delivery/notes.py``."""

    def test_a_draft_is_a_note_with_its_sources_once_and_no_reply(self, world: World, harness: DeskHarness) -> None:
        desk = Desk(world, harness)
        item = desk.drafted()
        job = world.jobs.take("note")
        assert job.arguments == (item.id, item.redraft_attempt, 0), "it may be tried as often as a delivery"
        for _ in range(2):
            desk.work.note(*job.arguments)
        desk.bring()

        (note,) = harness.notes()
        assert GOOD in note
        assert "Do you ship abroad? (shipping-abroad)" in note
        assert harness.posted() == [], "the customer sees nothing"
        assert desk.item().status == ReviewStatus.PENDING, "the note is neither a reply nor a decision"
        assert desk.item().version == item.version
        with world.database.reading() as session:
            assert len(session.exec(select(Message)).all()) == 1

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_lost_answer_makes_no_second_note(self, when: str, world: World, harness: DeskHarness) -> None:
        desk = Desk(world, harness)
        desk.drafted()
        assert harness.lose_answer(when)
        desk.note()
        desk.note()
        assert len(harness.notes()) == 1
        assert "note" not in desk.planned()

    def test_a_limit_is_waited_for_and_a_refusal_is_not_repeated(self, world: World, harness: DeskHarness) -> None:
        desk = Desk(world, harness)
        desk.drafted()
        assert harness.ask_to_wait(90)
        desk.note()
        assert [delay for job, delay in world.jobs.planned if job.name == "note"] == [90]
        world.connect(desk.name, desk.name, account=harness.account, **{**desk.given, **harness.revoked})
        desk.note()
        assert harness.notes() == []
        assert "note" not in desk.planned()

    def test_credentials_that_cannot_be_opened_end_the_note_and_not_the_worker(
        self, world: World, harness: DeskHarness, caplog: pytest.LogCaptureFixture
    ) -> None:
        desk = Desk(world, harness)
        desk.drafted()
        sealed_elsewhere = replace(world.connections, vault=Vault("another key"))
        with caplog.at_level(logging.WARNING):
            replace(desk.work, connections=sealed_elsewhere).note(*world.jobs.take("note").arguments)
        assert "was not written as a note" in caplog.text
        assert harness.notes() == []
        assert "note" not in desk.planned()

    def test_notes_are_off_unless_the_connection_says_so(self, world: World, harness: DeskHarness) -> None:
        desk = Desk(world, harness, drafts="off")
        desk.drafted()
        desk.note()
        harness.answer(GOOD)
        desk.bring()
        assert harness.notes() == []
        assert desk.item().status == ReviewStatus.PENDING, "only a person decides here"

    @pytest.mark.parametrize(
        ("answer", "act", "teaches"),
        [
            (GOOD, AS_IS, ["shipping-abroad"]),
            (GOOD.replace("4 to 7", "5"), EDITED, ["shipping-abroad"]),
            ("Sorry, no idea; let me ask.", IGNORED, []),
        ],
    )
    def test_what_an_agent_sends_decides_and_teaches(
        self, answer: str, act: str, teaches: list[str], world: World, harness: DeskHarness
    ) -> None:
        desk = Desk(world, harness)
        desk.drafted()
        desk.note()
        harness.answer(answer)
        desk.bring()

        assert desk.taught() == (act, teaches)
        assert desk.item().status == ReviewStatus.WITHDRAWN
        assert desk.item().approval_id is None, "nobody approved anything, and nothing is sent"
        assert ("learn" in desk.planned(), "deliver" in desk.planned()) == (True, False)

    def test_what_was_answered_meanwhile_gets_no_note(self, world: World, harness: DeskHarness) -> None:
        desk = Desk(world, harness)
        desk.drafted()
        harness.answer(GOOD)
        account = Account(BRAND, desk.name, harness.account, Credentials(desk.given))
        events = harness.events(account)
        with world.database.writing() as session:  # it came while the draft was being made
            settings, now = world.settings, world.clock.now()
            take_events(session, desk.connection, events, jobs=world.jobs, settings=settings, now=now)
        desk.note()
        assert harness.notes() == []
        assert desk.taught()[0] == AS_IS
