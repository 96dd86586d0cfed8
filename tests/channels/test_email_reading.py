"""What mails are taken as, and what the answers to them look like, without a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from imap_tools import MailMessage

from replyassist.channels import Account, Credentials, NewMessage, OutgoingReply, Runtime
from replyassist.channels.email.reading import MOST_REFERENCES, message_of, reply_subject
from replyassist.channels.email.send import ON_THE_WIRE
from replyassist.channels.events import built
from replyassist.core.errors import (
    ConfigurationError,
    DeliveryRefused,
)
from replyassist.testing import FakeClock
from tests.world import BRAND, DRAFT

from .conformance import QUESTION
from .peers.mail import mail

US = "help@fernhill.example"
ACCOUNT = Account(BRAND, "email", US)
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def read(made: EmailMessage, *, is_sent: bool = False) -> NewMessage | None:
    return message_of(ACCOUNT, US, MailMessage.from_bytes(made.as_bytes()), is_sent=is_sent, now=NOW)


def written(text: str, **headers: str) -> EmailMessage:
    return mail(text, FakeClock(NOW - timedelta(hours=1)), **headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"auto-submitted": "auto-replied"},
        {"auto-submitted": "auto-generated; why=x"},
        {"precedence": "bulk"},
        {"x-auto-response-suppress": "DR, OOF, AutoReply"},
        {"x-autoreply": "yes"},
        {"list-id": "<news.fan.example>"},
        {"list-unsubscribe": "<https://fan.example/u>"},
        {"return-path": "<>"},
        {"from": "MAILER-DAEMON@fan.example"},
        {"from": "Postmaster <postmaster@fan.example>"},
        {"from": "no-reply@fan.example"},
        {"subject": "Automatic reply: Shipping"},
        {"subject": "Undelivered Mail Returned to Sender"},
        {"from": US},
        {"from": "nobody"},
    ],
)
def test_what_no_person_wrote_to_us_is_left_out(headers: dict[str, str]) -> None:
    assert read(written(QUESTION, **headers)) is None


def test_bounces_are_left_out() -> None:
    bounce = written("Your mail could not be delivered.", subject="Returned")
    bounce.make_mixed()
    bounce.replace_header("content-type", 'multipart/report; report-type=delivery-status; boundary="x"')

    assert read(bounce) is None


@pytest.mark.parametrize(
    "headers", [{"auto-submitted": "no"}, {"precedence": "normal"}, {"from": "no-reply@x.example", "reply-to": "a@b.c"}]
)
def test_what_a_person_wrote_is_taken(headers: dict[str, str]) -> None:
    assert read(written(QUESTION, **headers)) is not None


def test_what_a_form_sends_from_our_own_address_is_its_visitors() -> None:
    form = {"from": f"Shop form <{US}>", "reply-to": f"{US}, Tom K <Tom@Fan.example>"}
    event = read(written(QUESTION, **form))

    assert event is not None
    assert event.message.direction == "in"
    assert event.message.author.model_dump() == {
        "external_id": "tom@fan.example",
        "handle": "Tom@Fan.example",
        "name": "Tom K",
    }
    assert event.message.metadata["reply_to"] == "Tom@Fan.example"
    assert read(written(QUESTION, **form, **{"auto-submitted": "auto-generated"})) is None
    for nobody in (US, US.upper(), "nobody"):
        assert read(written(QUESTION, **{"from": US, "reply-to": nobody})) is None
    sent = read(written("Yes.", **form), is_sent=True)
    assert sent is not None
    assert (sent.message.direction, sent.message.author.external_id) == ("out", US)


def test_quotes_and_footers_are_left_out_and_the_thread_is_kept() -> None:
    text = f"{QUESTION}\n\nOn Tue, 24 Nov 2026 at 10:12, Help <{US}> wrote:\n> We ship to Sweden now.\n> Ask us.\n"
    event = read(written(text, **{"in-reply-to": "<b@f.example>", "references": "<a@f.example> <b@f.example>"}))

    assert event is not None
    assert event.message.text == QUESTION
    assert event.message.conversation.external_id == "<a@f.example>"
    assert event.message.conversation.visibility == "private"
    assert event.message.in_reply_to == "<b@f.example>"
    assert event.message.author.model_dump() == {
        "external_id": "tom@fan.example",
        "handle": "tom@fan.example",
        "name": "Tom",
    }


def test_a_mail_of_html_alone_is_read() -> None:
    made = written("")
    made.set_content(
        "<style>p {color: red}</style><p>do you ship<br>to Norway&nbsp;??</p><div class='gmail_quote'>On Tue we wrote:"
        "<blockquote>We ship to Sweden</blockquote></div>",
        subtype="html",
    )
    made.add_attachment(b"x", maintype="image", subtype="jpeg", filename="bag.jpg")
    event = read(made)

    assert event is not None
    assert event.message.text == "Shipping\n\ndo you ship\nto Norway ??"
    assert [(each.kind, each.alt_text) for each in event.message.attachments] == [("image", "bag.jpg")]


def test_the_subject_stands_first_in_a_thread_and_once() -> None:
    first, again = read(written(QUESTION)), read(written(QUESTION, **{"in-reply-to": "<a@b.example>"}))
    assert first is not None
    assert again is not None
    assert (first.message.text, again.message.text) == (f"Shipping\n\n{QUESTION}", QUESTION)
    assert reply_subject("Shipping") == reply_subject("RE: Re: Shipping") == reply_subject("AW: Shipping")


def test_long_ids_and_long_threads_fit() -> None:
    references = [f"<{number:03d}{'x' * 60}@f.example>" for number in range(80)]
    event = read(written(QUESTION, **{"message-id": f"<{'y' * 300}@f.example>", "references": " ".join(references)}))

    assert event is not None
    assert event.message.external_id.startswith("sha256:")
    kept = event.message.metadata["references"]
    assert isinstance(kept, list)
    assert (len(kept), kept[0]) == (MOST_REFERENCES, references[0])
    made = composed({"references": kept, "message_id": kept[-1], "subject": "Grüße " * 40})
    lines = made.as_bytes(policy=ON_THE_WIRE).split(b"\r\n")
    assert f"In-Reply-To: {kept[-1]}".encode() in lines
    assert max(map(len, lines)) <= 998


def test_a_mail_without_an_id_has_the_same_one_each_time() -> None:
    one, two = (read(written(QUESTION, **{"message-id": "", "date": "Thu, 26 Nov 2026 09:00:00 +0000"})) for _ in "12")
    assert one is not None
    assert two is not None
    assert one.message.external_id == two.message.external_id
    assert one.message.metadata["message_id"] == ""


def test_dates_of_the_future_are_now() -> None:
    event = read(written(QUESTION, date="Thu, 26 Nov 2099 09:00:00 +0000"))
    assert event is not None
    assert event.message.posted_at == NOW


def composed(metadata: dict[str, Any]) -> EmailMessage:
    made: EmailMessage = opened()._mail(outgoing(metadata))[0]
    return made


def opened(**credentials: str) -> Any:
    from replyassist.channels.email.send import EmailPlatform

    given = {"address": US, "password": "pw", "imap": "imap.fernhill.example", "smtp": "smtp.fernhill.example"}
    account = replace(ACCOUNT, credentials=Credentials(given | credentials))
    return EmailPlatform(account, Runtime(FakeClock(NOW), 1.0, home=Path(), allows_inside=True))


def outgoing(metadata: dict[str, Any]) -> OutgoingReply:
    return OutgoingReply(
        "key-1", BRAND, "email", DRAFT, "<a@b.example>", "<a@b.example>", "private", "tom@fan.example", "Ana", NOW,
        metadata=metadata, prepared={"message_id": "<1@fernhill.example>"},
    )  # fmt: skip


def test_headers_cannot_be_written_by_others() -> None:
    made = composed({"subject": "Hi\r\nBcc:\x1b\x00 all@fan.example" + "!" * 300, "message_id": "<a@b.c>\r\nBcc: x"})
    assert made["Subject"] == ("Re: Hi Bcc: all@fan.example" + "!" * 300)[:204]
    assert (made["Bcc"], made["In-Reply-To"]) == (None, None)
    for to in ("tom@fan.example\r\nBcc: x@y.example", "a@b.example, c@d.example", US.upper()):
        with pytest.raises(DeliveryRefused):
            opened(use_reply_to="yes")._mail(outgoing({"reply_to": to, "subject": "Hi"}))


def test_the_sender_is_answered_and_another_address_only_where_the_account_says_so() -> None:
    event = read(written(QUESTION, **{"reply-to": "other@evil.example"}))
    assert event is not None
    reply = outgoing(event.message.metadata)
    assert opened()._mail(reply)[1] == "tom@fan.example"
    assert opened(use_reply_to="yes")._mail(reply)[1] == "other@evil.example"
    assert opened()._mail(outgoing({"to": "other@evil.example"}))[1] == "tom@fan.example"
    for nobody in ("no-reply@shop.example", "a" * 190 + "@fan.example"):
        with pytest.raises(DeliveryRefused):
            opened()._mail(replace(reply, author_handle=nobody))


def test_another_folder_or_server_is_another_place_of_earlier_attempts() -> None:
    changes: list[dict[str, str]] = [{}, {"sent": "Else"}, {"imap": "imap.else.example"}, {"user": "else"}]
    assert len({opened(**change).address for change in changes}) == len(changes)
    assert opened(user=US, imap="imap.fernhill.example:993").address == opened().address


def test_a_subject_that_cannot_be_decoded_holds_up_nothing(caplog: pytest.LogCaptureFixture) -> None:
    whole = written(QUESTION).as_bytes()
    mails = [MailMessage.from_bytes(each) for each in (whole.replace(b": Shipping", b": =?utf-8?b?A?="), whole)]
    events = built(ACCOUNT, lambda each: message_of(ACCOUNT, US, each, is_sent=False, now=NOW), mails)
    assert len(events) == 1
    assert "left out: HeaderParseError" in caplog.text


@pytest.mark.parametrize(
    "wrong", [{"address": "help"}, {"imap": ""}, {"imap": "https://x.example/"}, {"smtp": "x.example:99999"}]
)
def test_addresses_and_servers_are_looked_at_before_anything_is_called(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        opened(**wrong)
