"""Threads: replies to our posts by webhooks; ours are made as a container and then published."""

from __future__ import annotations

from datetime import timedelta

from ..account import Account, Runtime
from ..meta import CHECKED_ON, fields
from ..port import Adapter, Inbound, Platform
from ..traits import Budget, Proof, Repeat, Signature, Traits

TRAITS = Traits(
    name="threads",
    title="Threads",
    repeat=Repeat.OWN_ID,  # the container made in ``prepare``: its status says whether it was published
    find_lag=timedelta(seconds=30),  # "wait on average 30 seconds" (threads/posts)
    budgets=(Budget(most=1000, seconds=86_400),),  # replies "within a 24-hour moving period" (threads/overview)
    signature=Signature.BODY,
    tells_edits=False,
    tells_deletions=False,  # of our own posts alone
    tells_parent=False,
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake of the threads pages (posts, troubleshooting, webhooks)",
    checked_on=CHECKED_ON,
    reread=(
        "whether a container can be published once only, and how soon its status says so; whether our own replies are "
        "told; Advanced Access and a verified business are needed. A token lasts 60 days and is "
        "renewed when it is used, at least once in 53 days"
    ),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import ThreadsPlatform

    return ThreadsPlatform(account, runtime)


def _inbound(account: Account, runtime: Runtime) -> Inbound:
    from .inbound import ThreadsInbound

    return ThreadsInbound(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=fields(
        "https://graph.threads.net/v1.0",
        "App dashboard, Threads: with the permissions threads_basic, threads_content_publish, threads_read_replies and "
        "threads_manage_replies.",
    ),
    platform=_platform,
    inbound=_inbound,
)
