"""Slack: the Events API tells of messages, which are read besides; replies go to their threads with a key of ours in
their metadata."""

from __future__ import annotations

from datetime import date, timedelta

from ..account import Account, Field, Runtime
from ..catching import EVERY_SECONDS
from ..port import Adapter, Inbound, Platform, Source
from ..traits import Budget, Proof, Repeat, Signature, Traits

ADDRESS = "https://slack.com/api"
CARDS = "cards"
TEAM = "team"
"""The workspace, beside what was given: as ``auth.test`` told it."""
TRAITS = Traits(
    name="slack",
    title="Slack",
    repeat=Repeat.OWN_ID,
    find_lag=timedelta(seconds=10),  # ours: how soon conversations.replies shows a message is not documented
    # "1 per second per channel" (docs.slack.dev/apis/web-api/rate-limits); threads share a channel, so for the account
    budgets=(Budget(most=1, seconds=1),),
    poll_seconds=EVERY_SECONDS,  # a call a channel; each method has a limit of its own, and posting another one
    signature=Signature.TIMED,
    tells_parent=False,  # an event names the thread, and does not have its first message
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake of docs.slack.dev, and signatures made by its published scheme",
    checked_on=date(2026, 11, 28),
    reread="how 40,000 characters are counted; limits of conversations.history and replies for apps that are "
    "distributed outside the Marketplace (1 a minute, 15 messages each: too few to read what was missed; else about 50 "
    "a minute). What was missed is read of the channels that the bot is in and may list (channels:read, also groups:, "
    "im:, mpim:read); replies in threads that are older than a week, and deletions, are not",
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import SlackPlatform

    return SlackPlatform(account, runtime)


def _inbound(account: Account, runtime: Runtime) -> Inbound:
    from .inbound import SlackInbound

    return SlackInbound(account, runtime.slack_signing_secret)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import SlackSource

    return SlackSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field(
            "token",
            "Bot token",
            "OAuth & Permissions, Bot User OAuth Token (xoxb-…), with chat:write, channels:history and "
            "channels:read (also groups:, im:, mpim: of both where it shall read there).",
        ),
        Field(
            "signing_secret",
            "Signing secret",
            "Basic Information, App Credentials. Empty for the app of this deployment "
            "(REPLYASSIST_SLACK_SIGNING_SECRET), which cards want.",
            default="",
        ),
        Field(
            CARDS,
            "Channel of cards",
            "The id of the channel that shows each draft as a card to approve (C…, under 'About' of the channel); "
            "empty for none. Whoever is in it reads the messages. Cards want REPLYASSIST_SLACK_SIGNING_SECRET, and the "
            "bot token of that app.",
            is_secret=False,
            default="",
            is_for_people=True,
        ),
        Field("url", "API address", "Only for GovSlack.", is_secret=False, default=ADDRESS, is_server=True),
    ),
    platform=_platform,
    inbound=_inbound,
    source=_source,
)
