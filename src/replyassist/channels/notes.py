"""Drafts as private notes, or as replies that are not sent, in a platform's own inbox, for teams that answer there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from replyassist.core.errors import DeliveryRefused

from .account import Check, Credentials, Field
from .outgoing import ThreadPlace


@dataclass(frozen=True)
class DraftNote:
    """A draft for whoever answers in the platform's own inbox. ``mark`` stands in the text of this note alone.

    ``reply``: the words for the customer alone, where the checks found nothing; empty where a note has to say what.
    """

    mark: str
    text: str
    place: ThreadPlace
    reply: str = ""


class DraftWasSent(DeliveryRefused):
    """The platform sent what was to be kept as a draft; it has written ``drafts: off`` into the credentials."""


class Notes(ABC):
    """Writes where the team sees it and the customer does not, and approves nothing. Raises as ``send``."""

    @abstractmethod
    def find(self, note: DraftNote) -> bool:
        """Whether it stands in the conversation; asked before each attempt."""

    @abstractmethod
    def write(self, note: DraftNote) -> None:
        """Write it, once."""

    def close(self) -> None:
        """End connections."""
        return


DRAFTS, AS_NOTES, AS_REPLIES, OFF = "drafts", "notes", "replies", "off"
_TOLD = {
    AS_NOTES: "each draft is written as a private note",
    AS_REPLIES: "each draft is written as a reply that nobody has sent yet",
    OFF: "drafts stay here",
}


def drafts_field(more: str = "") -> Field:
    """Asks whether drafts are written there; off unless a person says otherwise. ``more``: of the platform alone."""
    asked = "'notes' writes each draft as a private note into its conversation; 'off' does not."
    return Field(DRAFTS, "Drafts", " ".join(filter(None, (asked, more))), is_secret=False, default=OFF)


def are_written(credentials: Credentials) -> bool:
    """Whether drafts are written into the other inbox."""
    return credentials.get(DRAFTS) in (AS_NOTES, AS_REPLIES)


def drafts_check(credentials: Credentials, *, takes_replies: bool = False) -> Check:
    """What of drafts is written into the other inbox, in a sentence."""
    wish = credentials.get(DRAFTS) or OFF
    known = [each for each in _TOLD if takes_replies or each != AS_REPLIES]
    choices = " or ".join(f"'{each}'" for each in known)
    return Check(DRAFTS, is_ok=wish in known, detail=_TOLD[wish] if wish in known else f"is {choices}")
