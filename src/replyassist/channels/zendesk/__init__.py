"""Zendesk: ticket events in and tickets read besides, public comments and drafts as internal notes out."""

from __future__ import annotations

from datetime import date, timedelta

from ..account import Account, Field, Runtime
from ..catching import EVERY_SECONDS
from ..notes import Notes, drafts_field
from ..port import Adapter, Inbound, Platform, Source
from ..traits import Budget, Proof, Repeat, Signature, Traits

TRAITS = Traits(
    name="zendesk",
    title="Zendesk",
    repeat=Repeat.LOOK_UP,
    find_lag=timedelta(seconds=10),  # ours: how soon an audit is listed is not documented
    # "100 requests per minute per account", "30 updates per 10 minutes per user per ticket"
    # (developer.zendesk.com/api-reference/introduction/rate-limits, Update Ticket)
    budgets=(Budget(most=100, seconds=60, read=1), Budget(most=30, seconds=600, scope="conversation")),
    poll_seconds=EVERY_SECONDS,  # a call for each ticket that changed
    signature=Signature.TIMED,
    tells_edits=False,  # nobody edits a comment; one that an agent redacts tells no new words
    tells_deletions=False,
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake written from developer.zendesk.com (verifying webhooks, ticket events, tickets, audits, "
    "search, ticket comments)",
    checked_on=date(2026, 11, 28),
    reread="whether the first words of a ticket come as comment_added too; where the custom metadata of an update "
    "stands in its audit (our words are looked for besides); the greatest length of a comment; the end of API tokens; "
    "whether the search takes a time in `updated>=`, and side-loads of comments have roles. Search knows of a change "
    "after some minutes: the last ten are read twice",
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import ZendeskPlatform

    return ZendeskPlatform(account, runtime)


def _inbound(account: Account, _: Runtime) -> Inbound:
    from .inbound import ZendeskInbound

    return ZendeskInbound(account)


def _notes(account: Account, runtime: Runtime) -> Notes:
    from .notes import ZendeskNotes

    return ZendeskNotes(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import ZendeskSource

    return ZendeskSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("server", "Server", "Such as https://fernhill.zendesk.com.", is_secret=False, is_server=True),
        Field("email", "E-mail address", "Of the agent who answers; the token signs in as them.", is_secret=False),
        Field("token", "API token", "Admin Center, Apps and integrations, Zendesk API."),
        Field(
            "secret",
            "Signing secret",
            "Admin Center, Webhooks: make one for the event 'Comment added' of tickets, then 'Reveal secret'.",
        ),
        drafts_field(),
    ),
    platform=_platform,
    inbound=_inbound,
    source=_source,
    notes=_notes,
)
