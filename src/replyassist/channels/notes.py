"""Drafts as private notes in a platform's own inbox, for teams that answer there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from .account import Check, Credentials, Field
from .outgoing import ThreadPlace


@dataclass(frozen=True)
class DraftNote:
    """A draft for whoever answers in the platform's own inbox. ``mark`` stands in the text of this note alone."""

    mark: str
    text: str
    place: ThreadPlace


class Notes(ABC):
    """Writes where the team sees it and the customer never does; nothing here can send a reply. Raises as ``send``."""

    @abstractmethod
    def find(self, note: DraftNote) -> bool:
        """Whether a private note with this mark stands in the conversation; asked before each attempt."""

    @abstractmethod
    def write(self, note: DraftNote) -> None:
        """Write it, once, as a private note."""

    def close(self) -> None:
        """End connections."""
        return


DRAFTS, AS_NOTES, OFF = "drafts", "notes", "off"


def drafts_field() -> Field:
    """Asks whether drafts are written as notes; off unless a person says otherwise."""
    asked = "'notes' writes each draft as a private note into its conversation; 'off' does not."
    return Field(DRAFTS, "Drafts", asked, is_secret=False, default=OFF)


def drafts_check(credentials: Credentials) -> Check:
    """What of drafts is written into the other inbox, in a sentence."""
    wish = credentials.get(DRAFTS) or OFF
    told = {AS_NOTES: "each draft is written as a private note", OFF: "drafts stay here"}
    return Check(DRAFTS, is_ok=wish in told, detail=told.get(wish, "is 'notes' or 'off'"))
