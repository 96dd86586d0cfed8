"""Mastodon, and servers that speak its API: mentions are polled, replies carry an idempotency key."""

from __future__ import annotations

from datetime import date, timedelta

from ..account import Account, Field, Runtime
from ..port import Adapter, Platform, Source
from ..traits import Budget, Proof, Repeat, Traits

TRAITS = Traits(
    name="mastodon",
    title="Mastodon",
    repeat=Repeat.IDEMPOTENCY_KEY,
    key_lifetime=timedelta(
        minutes=50
    ),  # "stored for up to 1 hour" (docs.joinmastodon.org/methods/statuses), and clocks
    then=Repeat.LOOK_UP,
    # for an account (docs.joinmastodon.org/api/rate-limits); a send asks for the limits and the message, and posts
    budgets=(Budget(most=300, seconds=300, send=3, read=1),),
    tells_edits=False,  # a poll tells neither
    tells_deletions=False,
    rereads=True,
    tells_parent=False,  # what the source could not read is asked for again
    proof=Proof.PEER,
    proven_by="mastodon_mock 0.6.1, a stateful server of the API",
    checked_on=date(2026, 11, 28),
    reread="the server's own limits (read from it when sending) and rules; a real server shortens links in its HTML",
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import MastodonPlatform

    return MastodonPlatform(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import MastodonSource

    return MastodonSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("server", "Server", "Such as https://mastodon.example.", is_secret=False, is_server=True),
        Field(
            "token",
            "Access token",
            "Preferences, Development, New application, with read and write:statuses.",
        ),
    ),
    platform=_platform,
    source=_source,
)
