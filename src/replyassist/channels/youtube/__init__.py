"""YouTube: comments on a channel's videos are polled; replies stand under the top comment."""

from __future__ import annotations

from datetime import date, timedelta

from ..account import Account, Runtime
from ..google import sign_in_fields
from ..port import Adapter, Platform, Source
from ..traits import Budget, Proof, Repeat, Traits

TRAITS = Traits(
    name="youtube",
    title="YouTube",
    repeat=Repeat.LOOK_UP,
    find_lag=timedelta(minutes=1),  # not documented; waiting costs a minute, not a second reply
    budgets=(
        Budget(most=10_000, seconds=86_400, send=50, read=1),
    ),  # units a day, of lists one each (youtube/v3/determine_quota_cost)
    poll_seconds=300,
    tells_deletions=False,
    tells_parent=False,
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake of the pages of commentThreads and comments (developers.google.com/youtube/v3/docs)",
    checked_on=date(2026, 11, 26),
    reread=(
        "the project's own quota; 10,000 characters a comment (from memory); how soon a new reply is listed. New "
        "replies under threads that are older than the newest few hundred comments are not seen"
    ),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import YouTubePlatform

    return YouTubePlatform(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import YouTubeSource

    return YouTubeSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=sign_in_fields("https://www.googleapis.com", "https://www.googleapis.com/auth/youtube.force-ssl"),
    platform=_platform,
    source=_source,
)
