"""The way of an e-mail: pymap has our mailbox, and an SMTP server takes what we answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from replyassist.channels.email.send import ON_THE_WIRE
from replyassist.core.clock import SystemClock
from tests.channels.peers.between import between, imap_command, smtp_command
from tests.channels.peers.mail import PASSWORD, USER, Provider, imap_server, mail, provider

from .walk import Far, Walk, walking

US = "help@fernhill.example"


class Mail(Far):
    """Tom's mails are put into our mailbox; his own provider has what we answer."""

    channel = "email"
    unsure = ("IMAP text answered", "IMAP STORE asked")

    def __init__(self, peer: Provider) -> None:
        self._peer, self._imap = peer, peer.imap()
        self._imap.create("Sent")

    def close(self) -> None:
        """End the connection with our mailbox."""
        self._imap.shutdown()

    def write(self, text: str) -> str:
        made = mail(text, SystemClock())
        assert self._imap.append("INBOX", "", "", made.as_bytes(policy=ON_THE_WIRE))[0] == "OK"
        return str(made["message-id"])

    def answers(self, message_id: str) -> list[str]:
        answers = (each for each in self._peer.taken if each["in-reply-to"] == message_id)
        return [each.get_content().strip() for each in answers]


@contextmanager
def mail_walk(folder: Path, say: Callable[[str], None]) -> Iterator[Walk]:
    """A brand with a mailbox, both of whose servers are reached by way of us."""
    with (
        imap_server() as imap_port,
        provider(imap_port) as peer,
        closing(Mail(peer)) as far,
        walking(folder, far, say) as walk,
    ):
        told = walk.steps.reached
        with (
            between(("127.0.0.1", imap_port), imap_command, told) as imap,
            between(("127.0.0.1", peer.smtp_port), smtp_command, told) as smtp,
        ):
            walk.connect(
                address=US,
                user=USER,
                password=PASSWORD,
                imap=f"127.0.0.1:{imap}",
                smtp=f"127.0.0.1:{smtp}",
                sent="Sent",
            )
            yield walk
