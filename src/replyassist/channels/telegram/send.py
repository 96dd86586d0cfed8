"""Replies by ``sendMessage``; nothing of it can be looked up afterwards."""

from __future__ import annotations

from replyassist.core.errors import DeliveryError, DeliveryRefused, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..outgoing import OutgoingReply
from ..port import Platform
from . import TRAITS
from .api import BotApi


class TelegramPlatform(Platform):
    """One bot."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._bot = account, BotApi(account, runtime)

    @property
    def address(self) -> str:
        """The bot's id."""
        return self._account.account

    def test(self) -> Tested:
        """Who the bot is, and whether its messages can be read here."""
        try:
            us = self._bot.call("getMe", has_effect=False)
            hook = self._bot.call("getWebhookInfo", has_effect=False)
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        name, is_free = f"@{us.get('username', '')}", not hook.get("url")
        sees_all = us.get("can_read_all_group_messages")
        reading = "all messages of its groups" if sees_all else "of groups, what is written to it alone (privacy mode)"
        taken = "a webhook is set for this bot: delete it (deleteWebhook), then its messages can be read here"
        checks = (
            Check("sign-in", is_ok=True, detail=f"as {name}"),
            Check("messages", is_ok=is_free, detail=f"the bot sees private chats and {reading}" if is_free else taken),
        )
        return Tested(checks, account=str(us["id"]), shown_as=name)

    def send(self, reply: OutgoingReply) -> str:
        """Answer the message in its chat, in its topic where there are topics."""
        chat, message = _place(reply.in_reply_to)
        topic = reply.metadata.get("topic")
        sent = self._bot.call(
            "sendMessage",
            has_effect=True,
            chat_id=chat,
            text=self.as_sent(reply),
            reply_parameters={"message_id": message},
            **({"message_thread_id": topic} if topic else {}),
        )
        if not isinstance(sent, dict) or "message_id" not in sent:
            raise DeliveryUncertain("Telegram's answer tells no message")
        return f"{chat}:{sent['message_id']}"

    def close(self) -> None:
        """End connections."""
        self._bot.close()


def _place(external_id: str) -> tuple[int, int]:
    chat, _, message = external_id.partition(":")
    try:
        return int(chat), int(message)
    except ValueError as error:
        raise DeliveryRefused("this message is not one of Telegram's") from error
