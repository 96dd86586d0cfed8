"""What is new in the mailbox, by UID; our own mails first, so that what they answer is known as answered."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from imap_tools import AND, BaseMailBox, MailMessage

from ..account import Account, Runtime
from ..events import Event, NewMessage, built
from ..port import Pulled, Source
from .mailbox import Mailbox
from .reading import is_from, message_of

logger = logging.getLogger(__name__)
BATCH = 50  # mails
Places = dict[str, list[int]]
"""Folder: its UIDVALIDITY and the last UID that was read (RFC 3501, 2.3.1.1); under LEFT_OUT, which is no folder's
name, how many mails of forms were left out, and when the last of them was seen (Unix seconds)."""
LEFT_OUT = ""
TOLD_SECONDS = 86_400.0
"""For so long after the last one the account's page says that mails were left out."""


class EmailSource(Source):
    """Reads the folder that people write to and the folder of sent mail; marks nothing as read."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._clock = account, runtime.clock
        self._mailbox = Mailbox(account.credentials, runtime)
        self._left_out: list[int] = []

    @property
    def problem(self) -> str:
        """That mails of forms are left out, for a day after the last one."""
        if not self._is_told():
            return super().problem
        told = (
            "left out: mails from the account's own address that ask for answers elsewhere, as a site's form sends "
            f"them ({self._left_out[0]} so far); to take them in, connect anew and answer the Reply-To address"
        )
        return "; ".join(filter(None, (super().problem, told)))

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """All that came since, folder by folder."""
        places = _decoded(cursor)
        self._left_out = places.get(LEFT_OUT, [])
        if self._mailbox.uses_reply_to and self._left_out:  # they are to be taken in now, as far back as any account
            self._left_out = []
            places = {
                folder: place for folder, place in places.items() if folder not in (LEFT_OUT, self._mailbox.folder)
            }
        with self._mailbox.imap() as box:
            sent = self._mailbox.sent_folder(box)
            for folder in (sent, self._mailbox.folder) if box.folder.exists(sent) else (self._mailbox.folder,):
                validity, uids = _new_uids(box, folder, places.get(folder), since)
                for start in range(0, max(1, len(uids)), BATCH):
                    if is_ending():
                        return
                    batch = uids[start : start + BATCH]
                    last = max(batch, default=places.get(folder, [0, 0])[1])
                    events = self._read(box, batch, is_sent=folder == sent)
                    counted = {LEFT_OUT: self._left_out} if self._left_out else {}
                    places = {**places, **counted, folder: [validity, last]}
                    yield Pulled(events, json.dumps(places))

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
        us = self._mailbox.address
        found = message_of(self._account, us, mail, is_sent=is_sent, now=self._clock.now())
        if found and not is_sent and is_from(us, mail.from_values) and not self._mailbox.uses_reply_to:
            self._count_left_out()
            return None
        return found

    def _count_left_out(self) -> None:
        logger.warning(
            "a mail of %s from its own address that asks for answers elsewhere was left out", self._account.channel
        )
        before = self._left_out[0] if self._is_told() else 0
        self._left_out = [before + 1, int(self._clock.now().timestamp())]

    def _is_told(self) -> bool:
        return bool(self._left_out) and self._clock.now().timestamp() < self._left_out[1] + TOLD_SECONDS


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
