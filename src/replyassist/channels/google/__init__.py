"""Google Business Profile: reviews of one location are polled; each has one reply, which a PUT makes or replaces."""

from __future__ import annotations

from datetime import date

from ..account import Account, Field, Runtime
from ..port import Adapter, Platform, Source
from ..traits import Budget, Proof, Repeat, Traits

TRAITS = Traits(
    name="google",
    title="Google Business Profile",
    repeat=Repeat.PUT,
    budgets=(Budget(most=10, seconds=60),),  # "10 edits per minute per profile" (my-business/content/limits)
    poll_seconds=300,
    tells_deletions=False,
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake of the reviews pages (my-business/reference/rest/v4/accounts.locations.reviews)",
    checked_on=date(2026, 11, 26),
    reread=(
        "4,096 bytes a reply (a third party's number); whether a reply changes the review's updateTime; access to the "
        "API has to be asked for, and the location has to be verified; a rejected reply is told as deleted"
    ),
)


def sign_in_fields(url: str, scope: str) -> tuple[Field, ...]:
    """What Google's OAuth asks for; ``scope`` is what the person has to grant."""
    return (
        Field("client_id", "Client ID", "Google Cloud console, APIs and services, Credentials.", is_secret=False),
        Field("client_secret", "Client secret", "Beside the client ID."),
        Field("refresh_token", "Refresh token", f"From signing in once with offline access and the scope {scope}."),
        Field("url", "API address", "", is_secret=False, default=url, is_server=True),
        Field(
            "token_url",
            "Token address",
            "",
            is_secret=False,
            default="https://oauth2.googleapis.com/token",
            is_server=True,
        ),
    )


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import ReviewsPlatform

    return ReviewsPlatform(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import ReviewsSource

    return ReviewsSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("location", "Location", "Such as accounts/123/locations/456.", is_secret=False),
        *sign_in_fields("https://mybusiness.googleapis.com", "https://www.googleapis.com/auth/business.manage"),
    ),
    platform=_platform,
    source=_source,
)
