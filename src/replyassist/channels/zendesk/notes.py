"""Drafts as internal notes: agents see them, customers never do."""

from __future__ import annotations

from ..account import Account, Runtime
from ..notes import DraftNote, Notes
from .api import ZendeskApi, comments_of


class ZendeskNotes(Notes):
    """Writes comments that are not public, and nothing else."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._api = ZendeskApi(account, runtime)

    def find(self, note: DraftNote) -> bool:
        """Look at all comments that are not public."""
        added = (each for audit in self._api.audits(note.place.conversation) for each in comments_of(audit))
        return any(each.get("public") is False and note.mark in str(each.get("body") or "") for each in added)

    def write(self, note: DraftNote) -> None:
        """Add it for agents alone."""
        self._api.comment(note.place.conversation, note.text, is_public=False)

    def close(self) -> None:
        """End connections."""
        self._api.api.close()
