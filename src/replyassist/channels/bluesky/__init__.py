"""Bluesky: notifications are polled, replies are records whose key we choose before the first attempt."""

from __future__ import annotations

from datetime import date

from ..account import Account, Field, Runtime
from ..port import Adapter, Platform, Source
from ..traits import Budget, Proof, Repeat, Traits

TRAITS = Traits(
    name="bluesky",
    title="Bluesky",
    repeat=Repeat.OWN_ID,
    # docs.bsky.app/docs/advanced-guides/rate-limits: points for writing, 3 for a new record
    budgets=(Budget(most=5000, seconds=3600, send=3), Budget(most=35_000, seconds=86_400, send=3)),
    # notifications tell of neither; no app edits posts, but a record can be put anew, and the index follows
    tells_edits=False,
    tells_deletions=False,
    rereads=True,
    tells_parent=False,
    proof=Proof.PEER,
    proven_by="the whole network of @atproto/dev-env 0.3.215 (PLC, PDS, AppView); expired sessions and limits "
    "against our own server of the lexicons' answers",
    checked_on=date(2026, 11, 27),
    reread="limits of sessions and writing; how long after a post its notification comes",
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import BlueskyPlatform

    return BlueskyPlatform(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import BlueskySource

    return BlueskySource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("handle", "Handle", "Such as shop.bsky.social.", is_secret=False),
        Field("password", "App password", "Settings, Privacy and security, App passwords."),
        Field("server", "Server", "Of the account.", is_secret=False, default="https://bsky.social", is_server=True),
    ),
    platform=_platform,
    source=_source,
)
