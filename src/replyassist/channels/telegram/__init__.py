"""Telegram bots: private chats and groups are polled, replies are sent to the message that they answer."""

from __future__ import annotations

from datetime import date

from ..account import Account, Field, Runtime
from ..port import Adapter, Platform, Source
from ..traits import Budget, Proof, Repeat, Traits

ADDRESS = "https://api.telegram.org"
TRAITS = Traits(
    name="telegram",
    title="Telegram",
    repeat=Repeat.NEITHER,  # no key is taken, and a bot cannot read what it sent (core.telegram.org/bots/api)
    # "no more than one message per second" in a chat, "20 messages per minute" in a group, "about 30 messages per
    # second" in all (core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)
    budgets=(
        Budget(most=30, seconds=1),
        Budget(most=1, seconds=1, scope="conversation"),
        Budget(most=20, seconds=60, scope="conversation"),
    ),
    poll_seconds=3.0,
    tells_deletions=False,  # bots are told of edits alone
    tells_own=False,
    proof=Proof.PEER,
    proven_by="telegram-test-api in private chats; edits and limits, which it does not know, against a stateful "
    "fake of core.telegram.org/bots/api",
    checked_on=date(2026, 11, 27),
    reread="how 4,096 characters are counted; the limits of the FAQ; what a bot in privacy mode sees of a group",
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import TelegramPlatform

    return TelegramPlatform(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import TelegramSource

    return TelegramSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("token", "Bot token", "@BotFather gives it: /newbot, or /token for a bot that is there."),
        Field(
            "url",
            "API address",
            "Only for a Bot API server of your own.",
            is_secret=False,
            default=ADDRESS,
            is_server=True,
        ),
    ),
    platform=_platform,
    source=_source,
)
