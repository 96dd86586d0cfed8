"""LinkedIn (Community Management): comments on a page's posts by webhooks and by asking, replies as the page."""

from __future__ import annotations

from datetime import date, timedelta

from ..account import Account, Field, Runtime
from ..port import Adapter, Inbound, Platform, Source
from ..traits import Proof, Repeat, Signature, Traits

TRAITS = Traits(
    name="linkedin",
    title="LinkedIn",
    repeat=Repeat.LOOK_UP,
    find_lag=timedelta(minutes=1),  # not documented; waiting costs a minute, not a second reply
    poll_seconds=300,
    signature=Signature.BODY,
    proof=Proof.DOCUMENTATION,
    proven_by=(
        "a stateful fake of learn.microsoft.com/linkedin (webhook-validation, comments-api, "
        "organization-social-action-notifications), and signatures made by its published scheme"
    ),
    checked_on=date(2026, 11, 27),
    reread=(
        "the API's version (each lives about a year: it is a setting); 1,250 characters (a third party's number); the "
        "limits, which are unpublished; whether notifications that are asked for have the words with them; how a "
        "comment below a comment is told. The Community Management API has to be asked for. Webhooks need an approved "
        "use and a subscription (eventSubscriptions); without one the page is asked every five minutes"
    ),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import LinkedInPlatform

    return LinkedInPlatform(account, runtime)


def _inbound(account: Account, _: Runtime) -> Inbound:
    from .inbound import LinkedInInbound

    return LinkedInInbound(account)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import LinkedInSource

    return LinkedInSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("organization", "Page", "Its number, from the address of the page's admin view.", is_secret=False),
        Field("client_id", "Client ID", "linkedin.com/developers/apps, Auth.", is_secret=False),
        Field("client_secret", "Client secret", "Beside the client ID. It signs the webhooks."),
        Field(
            "token",
            "Access token",
            "Of an administrator of the page, with rw_organization_admin, r_organization_social_feed and "
            "w_organization_social_feed. It lasts 60 days.",
        ),
        Field("refresh_token", "Refresh token", "Where LinkedIn gave one with the access token.", default=""),
        Field("version", "API version", "Such as 202606: year and month.", is_secret=False, default="202606"),
        Field("url", "API address", "", is_secret=False, default="https://api.linkedin.com", is_server=True),
        Field(
            "token_url",
            "Token address",
            "",
            is_secret=False,
            default="https://www.linkedin.com/oauth/v2/accessToken",
            is_server=True,
        ),
    ),
    platform=_platform,
    inbound=_inbound,
    source=_source,
)
