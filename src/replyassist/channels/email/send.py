"""Answers by SMTP, with a copy in the folder of sent mail that says how far each reply came (see ``__init__``)."""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Mapping
from contextlib import suppress
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from imap_tools import BaseMailBox

from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryRefused, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..events import LONGEST_NAME
from ..outgoing import OutgoingReply
from ..port import Platform
from . import TRAITS
from .mailbox import ADDRESS, IMAP_ERRORS, Mailbox
from .reading import MESSAGE_ID, NOBODY, clean_subject, reply_subject

ON_THE_WIRE = policy.SMTP.clone(max_line_length=998)  # RFC 5322 2.1.1; shorter, long ids would be encoded as words
LONGEST_REFERENCES = 900
ACCEPTED = 250


class EmailPlatform(Platform):
    """Sends from one mailbox."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._clock = runtime.clock
        self._mailbox = Mailbox(account.credentials, runtime)

    @property
    def address(self) -> str:
        """The mailbox and the folder that sent copies are looked up in."""
        return self._mailbox.place_of_copies

    def test(self) -> Tested:
        """Sign in at both servers and look for both folders."""
        checks = (self._check_imap(), self._check_smtp())
        return Tested(checks, account=self._mailbox.address.lower(), shown_as=self._mailbox.address)

    def prepare(self, reply: OutgoingReply) -> Mapping[str, str]:
        """The Message-ID, from our key."""
        digest = hashlib.sha256(reply.key.encode()).hexdigest()[:32]
        return {"message_id": f"<{digest}@{self._mailbox.address.rpartition('@')[2]}>"}

    def send(self, reply: OutgoingReply) -> str:
        """Put a draft into the folder of sent mail, hand the mail over, and make the draft a sent mail."""
        message_id = reply.prepared["message_id"]
        mail, to = self._mail(reply)
        with self._mailbox.imap() as box:
            folder = self._mailbox.sent_folder(box)
            box.append(mail.as_bytes(policy=ON_THE_WIRE), folder, self._clock.now(), ("\\Seen", "\\Draft"))
            try:
                self._hand_over(mail, to)
            except (DeliveryRefused, DeliveryNotMade):
                with suppress(*IMAP_ERRORS):
                    _mark(box, folder, message_id, "+FLAGS", r"(\Deleted)")
                raise
            with suppress(*IMAP_ERRORS):
                _mark(box, folder, message_id, "-FLAGS", r"(\Draft)")
        return message_id

    def find(self, reply: OutgoingReply) -> str | None:
        """The copy in the folder of sent mail; refuses to say where only a draft of it stands there."""
        message_id = reply.prepared["message_id"]
        with self._mailbox.imap() as box:
            folder = self._mailbox.sent_folder(box)
            copies = _uids(box, folder, message_id)
            if copies and not _uids(box, folder, message_id, "UNDRAFT"):
                raise DeliveryRefused(f"it may have left; a draft of it stands in {folder}: look whether it arrived")
        return message_id if copies else None

    def close(self) -> None:
        """Watch over no connection any more."""
        self._mailbox.close()

    def _mail(self, reply: OutgoingReply) -> tuple[EmailMessage, str]:
        """The mail and whom it goes to; raise DeliveryRefused where that is nobody."""
        known = reply.metadata
        asked = known.get("reply_to") if self._mailbox.uses_reply_to else None
        to, us = str(asked or reply.author_handle or reply.author), self._mailbox.address
        if not ADDRESS.fullmatch(to) or len(to) >= LONGEST_NAME or to.lower() == us.lower():  # longer, it was cut
            raise DeliveryRefused("the message has no address that can be answered")
        if NOBODY.match(to):
            raise DeliveryRefused("nobody reads mail to its sender; connect anew to answer its Reply-To address")
        mail = EmailMessage(policy=ON_THE_WIRE)
        mail["From"] = formataddr((self._mailbox.name, us)) if self._mailbox.name else us.lower()
        mail["To"], mail["Subject"] = to, reply_subject(clean_subject(str(known.get("subject") or ""))).strip()
        mail["Date"], mail["Message-ID"] = format_datetime(self._clock.now()), reply.prepared["message_id"]
        if MESSAGE_ID.fullmatch(answers := str(known.get("message_id") or "")):
            mail["In-Reply-To"] = answers
        if references := _that_fit(known.get("references")):
            mail["References"] = " ".join(references)
        mail.set_content(self.as_sent(reply))
        return mail, to

    def _hand_over(self, mail: EmailMessage, to: str) -> None:
        """One SMTP transaction. Before the end of DATA nothing was sent; without an answer to it nobody knows."""
        server, host = self._mailbox.smtp(), self._mailbox.smtp_server[0]
        try:
            try:
                for answer in (server.mail(self._mailbox.address, _options(server, to)), server.rcpt(to)):
                    _require_taken(answer, host)
            except OSError as error:
                raise DeliveryNotMade(f"{host} failed or did not answer: {type(error).__name__}") from error
            try:
                _require_taken(server.data(mail.as_bytes(policy=ON_THE_WIRE)), host)
            except smtplib.SMTPDataError as error:  # the answer to DATA itself: no text went out
                _require_taken((error.smtp_code, b""), host)
            except OSError as error:
                raise DeliveryUncertain(f"{host} did not say that it took the mail: {type(error).__name__}") from error
        finally:
            with suppress(OSError):
                server.quit()

    def _check_imap(self) -> Check:
        host = self._mailbox.imap_server[0]
        try:
            with self._mailbox.imap() as box:
                folders = (self._mailbox.folder, self._mailbox.sent_folder(box))
                missing = [name for name in folders if not box.folder.exists(name)]
        except DeliveryError as error:
            return Check("reading mail", is_ok=False, detail=error.detail)
        if missing:
            return Check("reading mail", is_ok=False, detail=f"{host} has no folder '{missing[0]}'")
        return Check("reading mail", is_ok=True, detail=f"{folders[0]} is read, copies of replies go to {folders[1]}")

    def _check_smtp(self) -> Check:
        try:
            with suppress(OSError):
                self._mailbox.smtp().quit()
        except DeliveryError as error:
            return Check("sending mail", is_ok=False, detail=error.detail)
        return Check("sending mail", is_ok=True, detail=f"{self._mailbox.smtp_server[0]} lets us in; nothing was sent")


def _require_taken(answer: tuple[int, bytes], host: str) -> None:
    """Raise unless the server said 250 (RFC 5321 4.2): 5xx for good, 4xx for now."""
    if answer[0] >= 500:
        raise DeliveryRefused(f"{host} does not take the mail ({answer[0]})")
    if answer[0] not in (ACCEPTED, 251):
        raise DeliveryNotMade(f"{host} does not take the mail for now ({answer[0]})")


def _options(server: smtplib.SMTP, to: str) -> list[str]:
    if to.isascii():
        return []
    if not server.has_extn("smtputf8"):
        raise DeliveryRefused("the mail server cannot write to an address with letters beyond ASCII")
    return ["SMTPUTF8", "BODY=8BITMIME"]


def _that_fit(references: object) -> list[str]:
    """The first id of the thread and as many of the last as one line holds."""
    given = [str(each) for each in references] if isinstance(references, list) else []
    ids = [each for each in given if MESSAGE_ID.fullmatch(each)]
    while len(ids) > 2 and len(" ".join(ids)) > LONGEST_REFERENCES:
        del ids[1]
    return ids if len(" ".join(ids)) <= LONGEST_REFERENCES else ids[-1:]


def _uids(box: BaseMailBox, folder: str, message_id: str, more: str = "") -> list[str]:
    """Copies that are not deleted; ids of ours hold nothing that IMAP would have to have quoted."""
    box.folder.set(folder)
    return box.uids(f'UNDELETED {more} HEADER Message-ID "{message_id}"'.replace("  ", " "))


def _mark(box: BaseMailBox, folder: str, message_id: str, how: str, flag: str) -> None:
    """Change a flag of our drafts; ``BaseMailBox.flag`` would empty the folder of all that is marked as deleted."""
    for uid in _uids(box, folder, message_id, "DRAFT"):
        box.client.uid("STORE", uid, how, flag)
