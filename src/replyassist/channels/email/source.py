"""What is new in the mailbox, by UID; our own mails first, so that what they answer is known as answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from imap_tools import AND, BaseMailBox, MailMessage

from ..account import Account, Runtime
from ..events import Event, NewMessage, built
from ..port import Pulled, Source
from .mailbox import Mailbox
from .reading import message_of

BATCH = 50  # mails
Places = dict[str, list[int]]
"""Folder: its UIDVALIDITY and the last UID that was read (RFC 3501, 2.3.1.1)."""


class EmailSource(Source):
    """Reads the folder that people write to and the folder of sent mail; marks nothing as read."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._clock = account, runtime.clock
        self._mailbox = Mailbox(account.credentials, runtime)

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """All that came since, folder by folder."""
        places = _decoded(cursor)
        with self._mailbox.imap() as box:
            sent = self._mailbox.sent_folder(box)
            for folder in (sent, self._mailbox.folder) if box.folder.exists(sent) else (self._mailbox.folder,):
                validity, uids = _new_uids(box, folder, places.get(folder), since)
                for start in range(0, max(1, len(uids)), BATCH):
                    if is_ending():
                        return
                    batch = uids[start : start + BATCH]
                    last = max(batch, default=places.get(folder, [0, 0])[1])
                    places = {**places, folder: [validity, last]}
                    yield Pulled(self._read(box, batch, is_sent=folder == sent), json.dumps(places))

    def close(self) -> None:
        """Watch over no connection any more."""
        self._mailbox.close()

    def _read(self, box: BaseMailBox, uids: list[int], *, is_sent: bool) -> tuple[Event, ...]:
        if not uids:
            return ()
        found = box.fetch(uid_list=[str(uid) for uid in uids], mark_seen=False)
        return built(self._account, partial(self._message, is_sent=is_sent), found)

    def _message(self, mail: MailMessage, *, is_sent: bool) -> NewMessage | None:
        if is_sent and "\\Draft" in mail.flags:
            return None
        return message_of(self._account, self._mailbox.address, mail, is_sent=is_sent, now=self._clock.now())


def _new_uids(box: BaseMailBox, folder: str, place: list[int] | None, since: datetime) -> tuple[int, list[int]]:
    """The folder's UIDVALIDITY, and the UIDs behind the place, or from ``since`` on where that is of another one."""
    validity = int(box.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"])
    box.folder.set(folder, readonly=True)
    if place is None or place[0] != validity:
        return validity, sorted(map(int, box.uids(AND(date_gte=(since - timedelta(days=1)).date()))))
    found = map(int, box.uids(f"UID {place[1] + 1}:*"))  # "*" is the last mail, whatever its UID
    return validity, sorted(uid for uid in found if uid > place[1])


def _decoded(cursor: str | None) -> Places:
    return {folder: [int(validity), int(uid)] for folder, (validity, uid) in json.loads(cursor or "{}").items()}
