"""What bots are told (``getUpdates``): messages and edits. The cursor is the next ``update_id``; Telegram keeps what is
not read for 24 hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from replyassist.core.errors import DeliveryNotMade
from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import Attachment, MessageEdit

from ..account import Account, Runtime
from ..events import Edited, Event, NewMessage, built, message
from ..port import MOST_PAGES, Pulled, Source
from .api import BotApi

PAGE = 100
"""``limit``: 1 to 100."""
_TOLD = ("message", "edited_message")
_ATTACHED = {
    "photo": AttachmentKind.IMAGE,
    "video": AttachmentKind.VIDEO,
    "video_note": AttachmentKind.VIDEO,
    "animation": AttachmentKind.VIDEO,
    "voice": AttachmentKind.AUDIO,
    "audio": AttachmentKind.AUDIO,
    "sticker": AttachmentKind.STICKER,
    "document": AttachmentKind.FILE,
}


class TelegramSource(Source):
    """Reads one bot's updates."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._bot = account, BotApi(account, runtime)

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """All that is new. Asking with an offset confirms what lies before it: that is stored by then."""
        offset = int(cursor) if cursor else 0
        for _ in range(MOST_PAGES):
            updates = self._bot.call(
                "getUpdates", has_effect=False, offset=offset, limit=PAGE, timeout=0, allowed_updates=_TOLD
            )
            if not isinstance(updates, list):
                raise DeliveryNotMade("Telegram's answer is no list of updates")
            last = max((int(update["update_id"]) for update in updates), default=-1)
            if last < offset or is_ending():  # nothing new, or the same again
                return
            offset = last + 1
            yield Pulled(built(self._account, partial(_event, self._account), updates), str(offset))

    def close(self) -> None:
        """End connections."""
        self._bot.close()


def _event(account: Account, update: Mapping[str, Any]) -> Event | None:
    written, edited = update.get("message"), update.get("edited_message")
    whole = _message(account, written or edited or {})
    if whole is None or not edited:
        return whole
    change = MessageEdit(
        text=whole.message.text,
        attachments=whole.message.attachments,
        edited_at=_time(edited.get("edit_date") or edited["date"]),
    )
    return Edited(whole.message.external_id, change, whole.message)


def _message(account: Account, written: Mapping[str, Any]) -> NewMessage | None:
    """A message of a person; None for service messages, a channel's automatic forwards and the group's own words."""
    chat, sender = written.get("chat") or {}, written.get("sender_chat") or written.get("from")
    if not sender or written.get("is_automatic_forward") or (sender["id"] == chat["id"] and chat["type"] != "private"):
        return None
    above = written.get("reply_to_message") or {}
    kinds = [kind for name, kind in _ATTACHED.items() if name in written]
    return message(
        account,
        f"{chat['id']}:{written['message_id']}",
        written.get("text") or written.get("caption") or "",
        author_id=str(sender["id"]),
        author_handle=sender.get("username"),
        author_name=" ".join(filter(None, (sender.get("first_name"), sender.get("last_name")))) or sender.get("title"),
        conversation_id=str(chat["id"]),
        visibility="private" if chat["type"] == "private" else "public",
        posted_at=_time(written["date"]),
        in_reply_to=f"{chat['id']}:{above['message_id']}" if above else None,
        answered_text=above.get("text") or above.get("caption"),
        attachments=tuple(Attachment(kind=kind) for kind in kinds[:1]),
        metadata={"topic": written["message_thread_id"]} if written.get("is_topic_message") else None,
    )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
