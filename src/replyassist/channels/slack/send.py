"""Replies in the thread of what they answer; ``conversations.replies`` finds them by our key in their metadata."""

from __future__ import annotations

from collections.abc import Iterator

from replyassist.core.errors import DeliveryError, DeliveryRefused, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..outgoing import OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from . import CARDS, TEAM, TRAITS
from .api import SlackApi
from .text import escaped, plain

EVENT_TYPE = "replyassist_reply"
HISTORIES = frozenset({"channels:history", "groups:history", "im:history", "mpim:history"})


class SlackPlatform(Platform):
    """One app in one workspace."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, SlackApi(account, runtime)
        self._deployment_secret = runtime.slack_signing_secret

    @property
    def address(self) -> str:
        """The bot's id, which is its workspace's own."""
        return self._account.account

    def test(self) -> Tested:
        """Who the bot is, and whether it may post and read."""
        try:
            us, scopes = self._api.who()
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        name = f"{us.get('user', '')} in {us.get('team', '')}"
        if not us.get("bot_id"):
            return Tested((Check("sign-in", is_ok=False, detail="this is a person's token: give the bot's (xoxb-…)"),))
        missing = [] if "chat:write" in scopes else ["chat:write"]
        missing += [] if scopes & HISTORIES else ["channels:history"]
        may = f"the app lacks {' and '.join(missing)}" if missing else "it may post and read"
        if not scopes:  # the header is missing: the first reply shows it
            missing, may = [], "Slack did not say what the app may do"
        checks = (
            Check("sign-in", is_ok=True, detail=f"as {name}"),
            Check("permissions", not missing, may),
            *self._app_checks(),
        )
        self._account.keep({TEAM: str(us.get("team_id", ""))})
        return Tested(checks, account=str(us.get("user_id", "")), shown_as=name)

    def _app_checks(self) -> Iterator[Check]:
        """Whether presses, and events, can be told from forged ones: cards are of the deployment's app alone."""
        given, own = self._account.credentials, self._account.credentials.get("signing_secret")
        if given.get(CARDS) and not self._deployment_secret:
            detail = "set REPLYASSIST_SLACK_SIGNING_SECRET, or leave the channel of cards empty"
            yield Check("cards", is_ok=False, detail=detail)
        elif given.get(CARDS) and own:
            detail = "they are of the deployment's app; leave the signing secret of this account empty"
            yield Check("cards", is_ok=False, detail=detail)
        elif not own and not self._deployment_secret:
            yield Check("signing secret", is_ok=False, detail="give the app's: without it no event can be believed")

    def send(self, reply: OutgoingReply) -> str:
        """Post it as plain words (no markup is read into it) with the key in its metadata."""
        channel, thread = _thread(reply.in_reply_to, reply.metadata.get("thread"))
        sent = self._api.post(
            "chat.postMessage",
            channel=channel,
            thread_ts=thread,
            text=escaped(self.as_sent(reply)),
            mrkdwn=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": reply.key}},
        )
        if not sent.get("ts"):
            raise DeliveryUncertain("Slack's answer tells no message")
        return f"{sent.get('channel') or channel}:{sent['ts']}"

    def find(self, reply: OutgoingReply) -> str | None:
        """The reply in the thread that has our key."""
        channel, thread = _thread(reply.in_reply_to, reply.metadata.get("thread"))
        since = {"oldest": f"{reply.tried_since.timestamp():.6f}"} if reply.tried_since else {}
        for posted in self._api.replies(channel, thread, include_all_metadata="true", **since):
            metadata = posted.get("metadata") or {}
            key = (metadata.get("event_payload") or {}).get("key")
            is_ours = posted.get("bot_id") or posted.get("user") == self._account.account
            if is_ours and metadata.get("event_type") == EVENT_TYPE and key == reply.key:
                return f"{channel}:{posted['ts']}"
        return None

    def thread(self, place: ThreadPlace) -> Thread:
        """The thread's first message, where the message is a reply in it: in a channel all stand under it; a direct
        conversation goes on beside its threads."""
        channel, thread = _thread(place.external_id, place.metadata.get("thread"))
        if f"{channel}:{thread}" == place.external_id:
            return Thread()
        first = next(self._api.replies(channel, thread, limit=1), {})
        words = plain(str(first.get("text") or "")) or None if first.get("ts") == thread else None
        return Thread(words) if place.conversation == f"{channel}:{thread}" else Thread(answered_text=words)

    def close(self) -> None:
        """End connections."""
        self._api.close()


def _thread(external_id: str, thread: object) -> tuple[str, str]:
    """The channel and the time stamp of the thread's first message (its id in the channel)."""
    channel, _, message = external_id.partition(":")
    if not channel.isalnum() or not message.replace(".", "", 1).isdigit():
        raise DeliveryRefused("this message is not one of Slack's")
    return channel, str(thread or message)
