"""Chatwoot: webhooks in, conversations read besides, replies and drafts as private notes out."""

from __future__ import annotations

import secrets
from datetime import date

from ..account import Account, Field, Runtime
from ..catching import EVERY_SECONDS
from ..notes import Notes, drafts_field
from ..port import Adapter, Inbound, Platform, Source
from ..traits import Proof, Repeat, Signature, Traits

TRAITS = Traits(
    name="chatwoot",
    title="Chatwoot",
    repeat=Repeat.LOOK_UP,
    poll_seconds=EVERY_SECONDS,  # a call for each conversation that went on
    signature=Signature.TIMED,
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake written from developers.chatwoot.com and the finders of conversations and messages in "
    "chatwoot/chatwoot",
    checked_on=date(2026, 11, 28),
    reread="the signature (chatwoot#13573; #13809 says that a shown secret did not verify: leave it empty then, and "
    "the key in the address counts), `before` of the list of messages, 25 "
    "conversations a page and their order, and the limits of each inbox's own channel",
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import ChatwootPlatform

    return ChatwootPlatform(account, runtime)


def _inbound(account: Account, _: Runtime) -> Inbound:
    from .inbound import ChatwootInbound

    return ChatwootInbound(account)


def _notes(account: Account, runtime: Runtime) -> Notes:
    from .notes import ChatwootNotes

    return ChatwootNotes(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import ChatwootSource

    return ChatwootSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("server", "Server", "Such as https://app.chatwoot.com.", is_secret=False, is_server=True),
        Field("number", "Account number", "Stands in the address: /app/accounts/NUMBER.", is_secret=False),
        Field("token", "Access token", "Profile settings, Access Token, of somebody who may answer in every inbox."),
        Field(
            "key",
            "Key of the address",
            "Stands behind the address of the webhook, after a slash; it counts where Chatwoot signs nothing.",
            made=lambda: secrets.token_urlsafe(24),
        ),
        Field("secret", "Signing secret", "Settings, Webhooks; empty for versions that show none.", default=""),
        drafts_field(),
    ),
    platform=_platform,
    inbound=_inbound,
    source=_source,
    notes=_notes,
)
