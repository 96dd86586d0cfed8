"""FreeScout: webhooks in, conversations read besides, replies out, drafts as notes or unsent replies, by its module
API & Webhooks."""

from __future__ import annotations

from datetime import date, timedelta

from ..account import Account, Field, Runtime
from ..catching import EVERY_SECONDS
from ..notes import Notes, drafts_field
from ..port import Adapter, Inbound, Platform, Source
from ..traits import Proof, Repeat, Signature, Traits

TRAITS = Traits(
    name="freescout",
    title="FreeScout",
    repeat=Repeat.LOOK_UP,
    find_lag=timedelta(seconds=10),  # ours: how soon a thread is listed is not documented
    poll_seconds=EVERY_SECONDS,  # a call for each conversation that was updated
    signature=Signature.BODY,
    tells_edits=False,  # a conversation that is deleted is told of, a thread that is edited is not
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake of what api-docs.freescout.net and third parties tell",
    checked_on=date(2026, 11, 28),
    reread="the payload of webhooks (third parties: the conversation as the API returns it, with its threads); that a "
    "thread's text is HTML; times in UTC; limits, of which none is known; drafts of replies (its makers in issues "
    "5076 and 5468 of freescout-help-desk/freescout), and whether the API shows them; sortField, sortOrder "
    "and updatedSince of the list of conversations (from memory; issues 1825 and 4550 show its pages)",
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import FreeScoutPlatform

    return FreeScoutPlatform(account, runtime)


def _inbound(account: Account, _: Runtime) -> Inbound:
    from .inbound import FreeScoutInbound

    return FreeScoutInbound(account)


def _notes(account: Account, runtime: Runtime) -> Notes:
    from .notes import FreeScoutNotes

    return FreeScoutNotes(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import FreeScoutSource

    return FreeScoutSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("server", "Server", "Such as https://help.fernhill.example.", is_secret=False, is_server=True),
        Field("token", "API key", "Manage, API & Webhooks."),
        Field("user", "User number", "Of who answers; stands in the address: /users/profile/NUMBER.", is_secret=False),
        Field(
            "mailbox",
            "Mailbox number",
            "Stands in the address: /mailbox/NUMBER; empty for all mailboxes.",
            is_secret=False,
            default="",
        ),
        Field(
            "secret",
            "Signing secret",
            "Manage, API & Webhooks; where none is shown, the MD5 digest of APP_KEY of the file .env, directly "
            "followed by 'webhook_key'.",
        ),
        drafts_field(
            "'replies' writes it as a draft of a reply, and as a note only where the checks found something; it needs "
            "the module API & Webhooks 1.0.103 or later."
        ),
    ),
    platform=_platform,
    inbound=_inbound,
    source=_source,
    notes=_notes,
)
