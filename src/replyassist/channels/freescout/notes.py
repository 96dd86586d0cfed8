"""Drafts as notes: users see them, customers never do."""

from __future__ import annotations

from ..account import Account, Runtime
from ..notes import DraftNote, Notes
from .api import NOTE, FreeScoutApi, words


class FreeScoutNotes(Notes):
    """Writes notes, and nothing else."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._api = FreeScoutApi(account, runtime)

    def find(self, note: DraftNote) -> bool:
        """Look at all notes of the conversation."""
        threads = self._api.threads(note.place.conversation)
        return any(each.get("type") == NOTE and note.mark in words(each) for each in threads)

    def write(self, note: DraftNote) -> None:
        """Add it for users alone."""
        self._api.add(note.place.conversation, note.text, kind=NOTE)

    def close(self) -> None:
        """End connections."""
        self._api.api.close()
