"""Discord: the newest messages of given channels and of the threads below them are read over REST, and answered there.

Guild messages come by the gateway or by reading alone, never by webhook (docs.discord.com/developers/events). Reading
keeps what a stream has not: after an outage it goes on where it ended, edits and deletions included, and a worker that
reads once a minute needs no connection that stays. It costs one request for each channel and thread.
"""

from __future__ import annotations

from datetime import date, timedelta

from ..account import Account, Field, Runtime
from ..port import Adapter, Platform, Source
from ..traits import Budget, Proof, Repeat, Traits

ADDRESS = "https://discord.com/api/v10"
TRAITS = Traits(
    name="discord",
    title="Discord",
    repeat=Repeat.IDEMPOTENCY_KEY,
    key_lifetime=timedelta(minutes=2),  # "the past few minutes" (developers/resources/message, enforce_nonce)
    then=Repeat.LOOK_UP,
    budgets=(
        Budget(most=50, seconds=1),
    ),  # for a bot (developers/topics/rate-limits); routes tell theirs when it is met
    proof=Proof.PEER,
    proven_by=(
        "simcord 3.2.1, a simulation of the REST API for discord.py, with nonces of our own; and Discord's "
        "published OpenAPI of 2026-07-18, which prism holds our calls and the answers of a stateful fake of "
        "docs.discord.com against"
    ),
    checked_on=date(2026, 11, 27),
    reread=(
        "how long a nonce is known; how soon a new message is listed; whether Discord grants the Message Content "
        "intent (asked for above 100 servers). Edits and deletions are seen of the newest 100 messages of a place, of "
        "about 250 in all. Direct messages come by the gateway alone and are not read. Markdown in a reply is shown"
    ),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import DiscordPlatform

    return DiscordPlatform(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import DiscordSource

    return DiscordSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("token", "Bot token", "Developer portal, Bot, with the Message Content intent switched on there."),
        Field(
            "channels",
            "Channels",
            "Their ids, with commas between them: in developer mode, right-click a channel, Copy Channel ID.",
            is_secret=False,
        ),
        Field("url", "API address", "", is_secret=False, default=ADDRESS, is_server=True),
    ),
    platform=_platform,
    source=_source,
)
