"""TikTok (API for Business, Accounts): comments on a business account's videos by webhooks and by asking, replies."""

from __future__ import annotations

from datetime import date, timedelta

from ..account import Account, Field, Runtime
from ..catching import EVERY_SECONDS
from ..port import Adapter, Inbound, Platform, Source
from ..traits import Budget, Proof, Repeat, Signature, Traits

OWN = "own_identifier"  # in the credentials: as whose webhooks have our comments
TRAITS = Traits(
    name="tiktok",
    title="TikTok",
    repeat=Repeat.LOOK_UP,
    find_lag=timedelta(minutes=1),  # not documented; waiting costs a minute, not a second reply
    budgets=(Budget(most=40, seconds=60),),  # 40 a minute for an account and endpoint (third parties, of the portal)
    poll_seconds=EVERY_SECONDS,  # a call or more for each video; each endpoint has a limit of its own
    signature=Signature.TIMED,
    tells_edits=False,  # TikTok has none
    tells_parent=False,
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake of developers.tiktok.com/doc/webhooks-verification and of what third parties tell",
    checked_on=date(2026, 11, 28),
    reread=(
        "business-api.tiktok.com/portal/docs, all of it: the endpoints, error codes and 150 characters come from third "
        "parties; whether a comment below a comment can be answered by its own id. One webhook address for an app. "
        "What was missed is read of the newest 20 videos, with the replies that `include_replies` lists (its name and "
        "`reply_list` too come from third parties) below comments that are at most a week old; deletions are not"
    ),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import TikTokPlatform

    return TikTokPlatform(account, runtime)


def _inbound(account: Account, _: Runtime) -> Inbound:
    from .inbound import TikTokInbound

    return TikTokInbound(account)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import TikTokSource

    return TikTokSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("business_id", "Account", "open_id, as the account's authorization answered it.", is_secret=False),
        Field("client_id", "App ID", "TikTok for Business, My apps.", is_secret=False),
        Field(
            "client_secret",
            "App secret",
            "Beside the app ID. It signs the webhooks, which an app sends to one address: another account of the same "
            "app is only read every hour, so give it an app of its own.",
        ),
        Field("refresh_token", "Refresh token", "As the account's authorization answered it; it lasts a year."),
        Field(
            "url",
            "API address",
            "",
            is_secret=False,
            default="https://business-api.tiktok.com/open_api/v1.3",
            is_server=True,
        ),
    ),
    platform=_platform,
    inbound=_inbound,
    source=_source,
    remembers=(OWN,),
)
