"""X: mentions come by the Account Activity webhook and are read besides, replies are posted by the v2 API; no direct
messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from ..account import Account, Field, Runtime
from ..catching import EVERY_SECONDS
from ..port import Adapter, Inbound, Platform, Source
from ..traits import Budget, Cost, Proof, Repeat, Signature, Traits

ADDRESS = "https://api.x.com"
TRAITS = Traits(
    name="x",
    title="X",
    repeat=Repeat.LOOK_UP,
    find_lag=timedelta(seconds=30),  # ours: how soon a post stands in GET /2/users/:id/tweets is not documented
    cost=Cost(Decimal("0.015"), with_link=Decimal("0.200")),  # docs.x.com/x-api/getting-started/pricing
    # POST /2/tweets: 100 in 15 minutes for a user, 10,000 in 24 hours for an app (docs.x.com, rate limits)
    budgets=(Budget(most=100, seconds=900), Budget(most=10_000, seconds=86_400)),
    # reads have limits of their own (300 in 15 minutes for a user and list), and a price for each post that is new
    poll_seconds=EVERY_SECONDS,
    signature=Signature.BODY,
    tells_edits=False,  # an edit is a post of its own
    tells_deletions=False,  # of our own posts alone
    tells_parent=False,
    proof=Proof.SPEC,
    proven_by="X's OpenAPI 2.167: prism holds our calls and the answers of a stateful fake of docs.x.com against it "
    "(all but the OAuth 1.0a signature, which it does not know); webhooks by documentation only",
    checked_on=date(2026, 11, 28),
    reread="prices; who may be answered (self-serve apps: who mentioned or quoted the account); the Activity API, "
    "which is to follow Account Activity; whether fields are asked for as post.fields or tweet.fields (both are "
    "tried). What was missed is read every hour, or as often as the account says: at most the newest 800 mentions, "
    "without names, pictures and quotes, for $0.001 or $0.005 a post, and $0.010 an author where "
    "fields are named as the OpenAPI names them; whether what is read twice in a day costs once",
)
HOURS = Field(
    "hours",
    "Hours between readings",
    "X takes money for each post that is read. A number from 1 to 168: what webhooks bring does not wait for it.",
    is_secret=False,
    default="1",
)


def _paced(traits: Traits, given: Mapping[str, str]) -> Traits:
    """The traits of an account, read as often as it says."""
    hours = given.get(HOURS.name, "").strip()
    is_usable = hours.isascii() and hours.isdecimal() and len(hours) <= 3
    return replace(traits, poll_seconds=min(max(int(hours), 1), 168) * EVERY_SECONDS) if is_usable else traits


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import XPlatform

    return XPlatform(account, runtime)


def _inbound(account: Account, _: Runtime) -> Inbound:
    from .inbound import XInbound

    return XInbound(account)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import XSource

    return XSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("consumer_key", "API key", "The app's page in X's developer portal, Keys and tokens."),
        Field(
            "consumer_secret",
            "API key secret",
            "The same page; X signs webhooks with it. They go to one account of an app: what they tell of another is "
            "left out, and that one is only read.",
        ),
        Field("token", "Access token", "The same page, made after the app was given read and write permission."),
        Field("token_secret", "Access token secret", "The same page."),
        HOURS,
        Field(
            "url",
            "API address",
            "Only where a proxy stands before X.",
            is_secret=False,
            default=ADDRESS,
            is_server=True,
        ),
    ),
    platform=_platform,
    inbound=_inbound,
    source=_source,
    traits_of=_paced,
)
