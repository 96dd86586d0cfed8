"""E-mail against pymap (IMAP) and aiosmtpd (SMTP)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count

import pytest

from replyassist.channels import Credentials, NewMessage
from replyassist.channels.email.send import ON_THE_WIRE
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import (
    CredentialsRefused,
    DeliveryNotMade,
)
from replyassist.review.models import ReviewStatus
from tests.world import DRAFT, World

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .peers.mail import PASSWORD, USER, Provider, imap_server, mail, provider
from .peers.processes import free_port
from .polled import PolledHarness
from .reading import messages
from .test_email_reading import ACCOUNT, US, opened

FOLDERS = count(1)


@pytest.fixture(scope="module")
def imap_port() -> Iterator[int]:
    with imap_server() as port:
        yield port


@pytest.fixture
def peer(imap_port: int) -> Iterator[Provider]:
    with provider(imap_port) as peer:
        yield peer


class EmailHarness(PolledHarness):
    adapter = adapter_named("email")
    account = US
    visibility = "private"

    def __init__(self, peer: Provider, world: World) -> None:
        self.peer, self.world = peer, world
        number = next(FOLDERS)
        self.folder, self.sent = f"In{number}", f"Sent{number}"
        self.imap = peer.imap()
        for name in (self.folder, self.sent):
            self.imap.create(name)

    def credentials(self) -> dict[str, str]:
        return {
            "address": US,
            "name": "Fernhill Coffee",
            "user": USER,
            "password": PASSWORD,
            "imap": f"127.0.0.1:{self.peer.imap_port}",
            "smtp": f"127.0.0.1:{self.peer.smtp_port}",
            "folder": self.folder,
            "sent": self.sent,
        }

    def put(self, made: EmailMessage, folder: str = "") -> str:
        assert self.imap.append(folder or self.folder, "", "", made.as_bytes(policy=ON_THE_WIRE))[0] == "OK"
        return str(made["message-id"])

    def write(self, text: str) -> str:
        return self.put(mail(text, self.world.clock))

    def write_below(self, external_id: str, text: str) -> str:
        return self.put(mail(text, self.world.clock, in_reply_to=external_id))

    def write_malformed(self) -> None:
        head = b"From: Tom <tom@fan.example>\r\nSubject: =?utf-8?b?A?=\r\n\r\n"
        assert self.imap.append(self.folder, "", "", head + MALFORMED.encode())[0] == "OK"

    def posted(self) -> list[str]:
        return [made.get_content().strip() for made in self.peer.taken]

    def copies(self) -> list[bytes]:
        """The flags of what stands in the folder of sent mail."""
        self.imap.select(self.sent)
        return [each for each in self.imap.fetch("1:*", "(FLAGS)")[1] if isinstance(each, bytes)]


@pytest.fixture
def harness(peer: Provider, world: World) -> Iterator[EmailHarness]:
    made = EmailHarness(peer, world)
    yield made
    made.imap.logout()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestEmail(Conformance):
    def test_the_answer_stands_in_the_thread(self, stage: Stage, peer: Provider, harness: EmailHarness) -> None:
        stage.approved()
        stage.run()
        (answer,) = peer.taken
        (event,) = harness.events(stage.account)

        assert isinstance(event, NewMessage)
        assert answer["From"] == f"Fernhill Coffee <{US}>"
        assert (answer["To"], answer["Subject"]) == ("tom@fan.example", "Re: Shipping")
        assert answer["In-Reply-To"] == answer["References"] == event.message.in_reply_to
        assert event.message.external_id == answer["Message-ID"] == stage.delivery().platform_id
        assert [(b"Draft" in flags, b"Seen" in flags) for flags in harness.copies()] == [(False, True)]

    def test_cut_off_after_the_text_waits_for_a_person(
        self, stage: Stage, peer: Provider, harness: EmailHarness
    ) -> None:
        item = stage.approved()
        peer.cuts_off = True
        stage.run()
        assert stage.world.reload(item).status == ReviewStatus.SENDING
        stage.later(600)
        stage.run()

        assert stage.world.reload(item).status == ReviewStatus.UNCERTAIN
        assert "look whether it arrived" in (stage.delivery().error or "")
        assert stage.posted() == [DRAFT], "never a second time"
        assert harness.events(stage.account) == [], "a draft is no reply of ours"

    def test_a_server_that_files_sent_mail_itself_settles_it(
        self, stage: Stage, peer: Provider, harness: EmailHarness
    ) -> None:
        item = stage.approved()
        peer.cuts_off = True
        stage.run()
        harness.put(peer.taken[0], harness.sent)
        stage.later(600)
        stage.run()

        assert stage.world.reload(item).status == ReviewStatus.SENT
        assert stage.posted() == [DRAFT]

    @pytest.mark.parametrize(
        ("answer", "status"),
        [("451 later", ReviewStatus.SENDING), ("554 no", ReviewStatus.FAILED)],
    )
    def test_what_the_server_does_not_take_leaves_nothing_behind(
        self, stage: Stage, peer: Provider, harness: EmailHarness, answer: str, status: ReviewStatus
    ) -> None:
        item = stage.approved()
        peer.answer = answer
        stage.run()

        assert stage.world.reload(item).status == status
        assert all(b"Deleted" in flags for flags in harness.copies())
        if status is ReviewStatus.SENDING:
            stage.later(600)
            stage.run()
            assert stage.world.reload(item).status == ReviewStatus.SENT
            assert stage.posted() == [DRAFT]

    def test_a_message_that_was_answered_by_hand_is_not_drafted(self, stage: Stage, harness: EmailHarness) -> None:
        an_hour_ago = format_datetime(stage.world.clock.now() - timedelta(hours=1))
        asked = harness.put(mail(QUESTION, stage.world.clock, date=an_hour_ago))
        answer = mail("Yes.", stage.world.clock, **{"from": US, "to": "tom@fan.example", "in-reply-to": asked})
        harness.put(answer, harness.sent)
        stage.take(harness.events(stage.account))

        assert stage.message(asked) is not None
        assert not [job for job, _ in stage.world.jobs.planned if job.name == "draft"]

    def test_mails_of_a_form_are_taken_in_or_counted(
        self, stage: Stage, harness: EmailHarness, caplog: pytest.LogCaptureFixture
    ) -> None:
        form = {"from": US, "reply-to": "Tom <tom@fan.example>"}
        for number in range(2):
            harness.put(mail(f"{QUESTION} {number}", stage.world.clock, **form))
        harness.put(mail(QUESTION, stage.world.clock, **{"from": US}))
        assert harness.events(stage.account) == []
        assert "as a site's form sends them (2 so far)" in harness.problem
        assert "was left out" in caplog.text
        assert "tom@fan.example" not in caplog.text
        told = harness.problem
        assert (harness.events(stage.account), harness.problem) == ([], told), "it stands there for a day"
        harness.put(mail(QUESTION, stage.world.clock, **form))
        harness.events(stage.account)
        assert "(3 so far)" in harness.problem
        stage.later(86_401)
        assert (harness.events(stage.account), harness.problem) == ([], "")

        answers = replace(stage.account, credentials=Credentials(harness.credentials() | {"use_reply_to": "yes"}))
        read = messages(harness.events(answers))
        assert [each.author.external_id for each in read] == ["tom@fan.example"] * 3
        assert (harness.events(answers), harness.problem) == ([], "")

    def test_a_folder_that_was_made_anew_is_read_anew(self, stage: Stage, harness: EmailHarness) -> None:
        harness.write(QUESTION)
        assert len(harness.events(stage.account)) == 1
        places = json.loads(harness.cursor or "")
        harness.cursor = json.dumps(places | {harness.folder: [1, 9_999_999]})

        assert len(harness.events(stage.account)) == 1, "another UIDVALIDITY"
        assert harness.events(stage.account) == []

    def test_a_mail_that_cannot_be_read_stops_nothing(self, stage: Stage, harness: EmailHarness) -> None:
        broken = (
            b"From: Tom <tom@fan.example>\r\nContent-Type: text/plain; charset=nope\r\nDate: \xff\r\n\r\n\xff\xfe\r\n"
        )
        harness.imap.append(harness.folder, "", "", broken)
        asked = harness.write(QUESTION)
        events = harness.events(stage.account)

        assert asked in [event.message.external_id for event in events if isinstance(event, NewMessage)]

    def test_connecting_says_what_works(self, stage: Stage, harness: EmailHarness, peer: Provider) -> None:
        tested = stage.platform.inner.test()
        assert tested.is_ok, tested
        assert (tested.account, tested.shown_as) == (US, US)

        for change, told in (
            ({"password": "wrong"}, "does not take the password"),
            ({"folder": "Nowhere"}, "has no folder 'Nowhere'"),
            ({"imap": f"127.0.0.1:{free_port()}"}, "failed or did not answer"),
            ({"smtp": f"127.0.0.1:{free_port()}"}, "failed or did not answer"),
        ):
            account = replace(ACCOUNT, credentials=Credentials(harness.credentials() | change))
            opened = harness.adapter.platform
            assert opened is not None
            with closing(opened(account, harness.runtime)) as platform:
                tested = platform.test()
            assert not tested.is_ok
            assert any(told in check.detail for check in tested.checks), (change, tested)

    def test_a_wrong_password_is_told_when_reading_and_sending(self, stage: Stage, harness: EmailHarness) -> None:
        account = replace(ACCOUNT, credentials=Credentials(harness.credentials() | {"password": "wrong"}))
        with pytest.raises(CredentialsRefused):
            harness.events(account)


def test_no_password_goes_to_another_machine_without_tls(peer: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replyassist.core.mail.LOOPBACK", ())
    with (
        closing(opened(smtp=f"127.0.0.1:{peer.smtp_port}")) as platform,
        pytest.raises(DeliveryNotMade, match="SMTPNotSupportedError"),
    ):
        platform._mailbox.smtp()
