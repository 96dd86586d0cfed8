"""What Instagram, Facebook and Threads have in common: Graph API, webhooks, private messages. No platform by itself."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from ..account import Field
from ..traits import Traits

CHECKED_ON = date(2026, 11, 26)
WINDOW = timedelta(hours=24)
"""For private replies, from the person's last message (messenger-platform/policy, read as of 2026-09)."""
HUMAN_AGENT_WINDOW = timedelta(days=7)
"""The same with the HUMAN_AGENT tag, "for replies by a human"; an app needs Meta's permission for it."""
HUMAN_AGENT = Field(
    "human_agent",
    "Human Agent",
    "yes, if Meta has granted the app the Human Agent feature: private replies are then taken for 7 days.",
    is_secret=False,
    default="no",
)


def granted(traits: Traits, given: Mapping[str, str]) -> Traits:
    """The traits of an account, with the longer window where Meta has granted it."""
    is_longer = given.get(HUMAN_AGENT.name, "").strip().lower() == "yes"
    return replace(traits, private_window=HUMAN_AGENT_WINDOW) if is_longer else traits


def _new_word() -> str:
    return secrets.token_urlsafe(24)


def fields(url: str, token_help: str) -> tuple[Field, ...]:
    """What connecting asks for. The app's webhooks go to one address: an app of its own for each connection."""
    return (
        Field("token", "Access token", token_help),
        Field(
            "app_secret",
            "App secret",
            "App dashboard, App settings, Basic. It signs the webhooks, which an app sends to one address: another "
            "account of the same app is only read every hour, so give it an app of its own.",
        ),
        Field(
            "verify_token",
            "Verify token",
            "A word of your own: enter it beside the webhook's address in the app dashboard.",
            made=_new_word,
        ),
        Field(
            "url", "API address", "With the version that your app uses.", is_secret=False, default=url, is_server=True
        ),
    )
