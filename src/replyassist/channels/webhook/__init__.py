"""Replies as signed POSTs to an address of the brand's (Standard Webhooks)."""

from __future__ import annotations

from datetime import date

from ..account import Account, Field, Runtime
from ..port import Adapter, Platform
from ..traits import Proof, Repeat, Traits

TRAITS = Traits(
    name="webhook",
    title="Webhook",
    repeat=Repeat.IDEMPOTENCY_KEY,
    proof=Proof.PEER,
    proven_by="an HTTP receiver with the standardwebhooks library",
    checked_on=date(2026, 11, 26),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import WebhookChannel

    return WebhookChannel(
        account.credentials.get("url", ""),
        account.credentials.get("secret", ""),
        runtime,
    )


def _new_secret() -> str:
    from .send import new_secret

    return new_secret()


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("url", "Address", "Where approved replies are posted to (https).", is_secret=False, is_server=True),
        Field(
            "secret",
            "Secret",
            "whsec_ and the Base64 of 24 to 64 bytes; the receiver checks signatures with it.",
            made=_new_secret,
        ),
    ),
    platform=_platform,
)
