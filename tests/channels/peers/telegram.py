"""Telegram's Bot API for one bot, from core.telegram.org/bots/api: updates are confirmed by the offset, errors carry
``error_code``, ``description`` and ``parameters``."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from .loopback import Asked, Peer

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
US = {"id": 110201543, "is_bot": True, "first_name": "Fernhill", "username": "fernhill_bot"}
TOM = {"id": 77, "is_bot": False, "first_name": "Tom", "username": "tom"}
PRIVATE: dict[str, Any] = {"id": 77, "type": "private", "first_name": "Tom"}
GROUP: dict[str, Any] = {"id": -1001, "type": "supergroup", "title": "Coffee"}
LONGEST = 4096


@dataclass
class TelegramPeer(Peer):
    """``blocked``: chats whose person has stopped the bot. ``wait_seconds``: what the next sender is asked to wait."""

    updates: list[dict[str, Any]] = field(default_factory=list)
    messages: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    hook: str = ""
    wait_seconds: float = 0
    numbers: Any = field(default_factory=lambda: count(1))

    def write(self, text: str, chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
        """Tom writes."""
        written = {"message_id": next(self.numbers), "from": TOM, "chat": chat, "date": int(time.time())}
        written |= {"text": text, **more}
        self._keep(written)
        self._tell("message", written)
        return written

    def edit(self, chat: int, number: int, text: str) -> None:
        """Tom edits."""
        written = self.messages[chat, number]
        written |= {"text": text, "edit_date": int(time.time()) + 1}
        self._tell("edited_message", dict(written))

    def ours(self) -> list[dict[str, Any]]:
        """What the bot wrote."""
        return [each for each in self.messages.values() if each["from"] is US]

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """A method's result or error."""
        token, _, method = asked.path.removeprefix("/bot").partition("/")
        if token != TOKEN:
            return _error(401, "Unauthorized") if ":" in token else _error(404, "Not Found")
        found = getattr(self, f"_{method}", None)
        return found(asked.given) if found else _error(404, "Not Found: method not found")

    def _getMe(self, _: Any) -> tuple[int, Any]:
        return _result({**US, "can_read_all_group_messages": False})

    def _getWebhookInfo(self, _: Any) -> tuple[int, Any]:
        return _result({"url": self.hook, "pending_update_count": len(self.updates)})

    def _getUpdates(self, given: Any) -> tuple[int, Any]:
        if self.hook:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active")
        if given["offset"]:
            self.updates = [each for each in self.updates if each["update_id"] >= given["offset"]]
        return _result(self.updates[: given["limit"]])

    def _sendMessage(self, given: Any) -> tuple[int, Any]:
        chat, above = given["chat_id"], given["reply_parameters"]["message_id"]
        if self.wait_seconds:
            wait, self.wait_seconds = self.wait_seconds, 0
            return _error(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        if chat in self.blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        if (chat, above) not in self.messages:
            return _error(400, "Bad Request: message to be replied not found")
        if not given["text"].strip() or len(given["text"].encode("utf-16-le")) // 2 > LONGEST:
            return _error(400, "Bad Request: message is too long")
        self.lost("before")
        answered = self.messages[chat, above]
        sent = {"message_id": next(self.numbers), "from": US, "chat": answered["chat"], "date": int(time.time())}
        sent |= {"text": given["text"].strip(), "reply_to_message": answered}
        sent |= {"message_thread_id": given["message_thread_id"]} if "message_thread_id" in given else {}
        self._keep(sent)
        self.lost("after")
        return _result(sent)

    def _keep(self, written: dict[str, Any]) -> None:
        self.messages[written["chat"]["id"], written["message_id"]] = written

    def _tell(self, kind: str, written: dict[str, Any]) -> None:
        self.updates.append({"update_id": next(self.numbers), kind: dict(written)})


def _result(result: Any) -> tuple[int, Any]:
    return 200, {"ok": True, "result": result}


def _error(code: int, description: str, **parameters: Any) -> tuple[int, Any]:
    more = {"parameters": parameters} if parameters else {}
    return code, {"ok": False, "error_code": code, "description": description, **more}
