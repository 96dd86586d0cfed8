"""Drafts as private notes: agents see them, customers never do."""

from __future__ import annotations

from ..account import Account, Runtime
from ..notes import DraftNote, Notes
from .api import ChatwootApi


class ChatwootNotes(Notes):
    """Writes private messages, and nothing else."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._api = ChatwootApi(account, runtime)

    def find(self, note: DraftNote) -> bool:
        """Look at all that was posted after the message that the draft is for."""
        posted = self._api.messages(note.place.conversation, since=note.place.external_id)
        return any(entry.get("private") is True and note.mark in str(entry.get("content") or "") for entry in posted)

    def write(self, note: DraftNote) -> None:
        """Post it for agents alone."""
        self._api.post(note.place.conversation, note.text, is_private=True)

    def close(self) -> None:
        """End connections."""
        self._api.api.close()
