"""Threads: replies to our posts by webhooks, and by asking; ours are made as a container and then published."""

from __future__ import annotations

from datetime import date, timedelta

from ..account import Account, Runtime
from ..catching import EVERY_SECONDS
from ..meta import fields
from ..port import Adapter, Inbound, Platform, Source
from ..traits import Budget, Proof, Repeat, Signature, Traits

TRAITS = Traits(
    name="threads",
    title="Threads",
    repeat=Repeat.OWN_ID,  # the container made in ``prepare``: its status says whether it was published
    find_lag=timedelta(seconds=30),  # "wait on average 30 seconds" (threads/posts)
    budgets=(Budget(most=1000, seconds=86_400),),  # replies "within a 24-hour moving period" (threads/overview)
    poll_seconds=EVERY_SECONDS,  # a reading takes a call a post; calls are counted apart from replies
    signature=Signature.BODY,
    tells_edits=False,
    tells_deletions=False,  # of our own posts alone
    tells_parent=False,
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake of the threads pages (posts, troubleshooting, webhooks, replies-and-conversations, "
    "overview)",
    checked_on=date(2026, 11, 28),
    reread=(
        "whether a container can be published once only, and how soon its status says so; whether our own replies are "
        "told; Advanced Access and a verified business are needed. A token lasts 60 days and is "
        "renewed when it is used, at least once in 53 days. What was missed is read of the newest 25 posts, at most "
        "250 replies each (`conversation`), whose authors have no name where their profile is private: how many a page "
        "has at most; calls a day (4,800 for each impression, ten at least)"
    ),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import ThreadsPlatform

    return ThreadsPlatform(account, runtime)


def _inbound(account: Account, runtime: Runtime) -> Inbound:
    from .inbound import ThreadsInbound

    return ThreadsInbound(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .inbound import ThreadsInbound
    from .source import ThreadsSource

    return ThreadsSource(account, runtime, ThreadsInbound(account, runtime))


ADAPTER = Adapter(
    TRAITS,
    fields=fields(
        "https://graph.threads.net/v1.0",
        "App dashboard, Threads: with the permissions threads_basic, threads_content_publish, threads_read_replies and "
        "threads_manage_replies.",
    ),
    platform=_platform,
    inbound=_inbound,
    source=_source,
)
