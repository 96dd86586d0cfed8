"""Drafts as notes, or as replies in the state of a draft: users see them, customers do not."""

from __future__ import annotations

from ..account import Account, Runtime
from ..inboxes import same_words
from ..notes import AS_REPLIES, DRAFTS, OFF, DraftNote, DraftWasSent, Notes
from .api import DRAFT, NOTE, REPLY, FreeScoutApi, words


class FreeScoutNotes(Notes):
    """Writes notes, or drafts of replies where the account says so and the checks found nothing."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, FreeScoutApi(account, runtime)
        self._as_replies = account.credentials.get(DRAFTS) == AS_REPLIES

    def find(self, note: DraftNote) -> bool:
        """Look at all notes, or drafts, of the conversation."""
        place = note.place.conversation
        if self._as_replies and note.reply:
            drafts = self._api.threads(place, state=DRAFT)
            return any(each.get("type") == REPLY and same_words(words(each), note.reply) for each in drafts)
        return any(each.get("type") == NOTE and note.mark in words(each) for each in self._api.threads(place))

    def write(self, note: DraftNote) -> None:
        """Add it for users alone. Raises DraftWasSent where the server published it all the same."""
        place = note.place.conversation
        if not (self._as_replies and note.reply):
            self._api.add(place, note.text, kind=NOTE)
            return
        made = self._api.add(place, note.reply, kind=REPLY, state=DRAFT)
        if any(str(each["id"]) == made for each in self._api.threads(place)):
            self._account.keep({DRAFTS: OFF})
            raise DraftWasSent("FreeScout sent a draft: update its module API & Webhooks; drafts are off now")

    def close(self) -> None:
        """End connections."""
        self._api.api.close()
