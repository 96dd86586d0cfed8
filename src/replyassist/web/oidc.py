"""Sign-in at an OpenID provider: authorization code with PKCE, state and nonce, by Authlib.

The flow's secrets (state, nonce, the code's verifier) stay in this browser's signed cookie for an hour at most.
https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636, RFC 9700.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from joserfc.errors import JoseError

from replyassist.core.accounts import Principal
from replyassist.core.accounts.identities import Claims, authenticate_identity
from replyassist.core.accounts.users import LONGEST_EMAIL
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import ConfigurationError, Forbidden, NotFound, ReplyassistError
from replyassist.core.http import ClockDep, DatabaseDep
from replyassist.core.settings import Settings

from .auth import begin_session, first_page, own_page, sign_in_page
from .pages import HOME, PageRoute, see_other
from .public_address import address_for

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/login/provider", route_class=PageRoute, include_in_schema=False)

SECONDS = 10.0
LONGEST_SUBJECT = 255  # OpenID Connect Core, 2: "MUST NOT exceed 255 ASCII characters"
NEXT = "next_after_provider"
FAILED = "The sign-in there did not work. Try again, or sign in with your password."


@dataclass(frozen=True)
class OidcProvider:
    """A configured provider, by the name that the sign-in page shows."""

    name: str
    issuer: str
    client: Any


def oidc_provider(settings: Settings) -> OidcProvider | None:
    """The provider that the settings name, None without one; raise ConfigurationError where something is missing.

    Nothing is asked of it before somebody signs in there.
    """
    issuer = settings.oidc_issuer
    if not issuer:
        return None
    where = urlsplit(issuer)
    if not where.hostname or where.scheme not in ("http", "https"):
        raise ConfigurationError("REPLYASSIST_OIDC_ISSUER: expected the URL of an OpenID provider")
    if where.scheme == "http" and where.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ConfigurationError("REPLYASSIST_OIDC_ISSUER: expected https://, as anybody could read along")
    if not settings.oidc_client_id:
        raise ConfigurationError("REPLYASSIST_OIDC_CLIENT_ID names this application at the provider; it is empty")
    client = OAuth().register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value() or None,
        server_metadata_url=discovery_address(issuer),
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "timeout": SECONDS},
    )
    return OidcProvider(settings.oidc_name or where.hostname, issuer, client)


def discovery_address(issuer: str) -> str:
    """Where a provider describes itself (OpenID Discovery, 4)."""
    return issuer.rstrip("/") + "/.well-known/openid-configuration"


@router.get("")
async def go_there(request: Request, wanted: Annotated[str, Query(alias="next", max_length=500)] = HOME) -> Response:
    """Lead the browser to the provider."""
    provider = _provider(request)
    try:
        await _require_issuer(provider)
        back = address_for(request, f"{router.prefix}/back")
        response: Response = await provider.client.authorize_redirect(request, back)
    except (httpx2.HTTPError, OAuthError, RuntimeError, ValueError) as error:
        return _failed(request, error)
    request.session[NEXT] = own_page(wanted)
    return response


@router.get("/back")
async def come_back(request: Request, database: DatabaseDep, clock: ClockDep) -> Response:
    """Check what the provider says of the person, and begin a session of the account that it leads to."""
    provider = _provider(request)
    next_page = own_page(str(request.session.get(NEXT, HOME)))
    try:
        await _require_issuer(provider)
        token = await provider.client.authorize_access_token(request, claims_options=_expected(provider))
        claims = await _claims(provider, token)
    except (httpx2.HTTPError, OAuthError, JoseError, RuntimeError, ValueError, KeyError) as error:
        return _failed(request, error)
    try:
        await run_in_threadpool(_begin, request, database, clock, claims)
    except ReplyassistError as error:
        return sign_in_page(request, next_page=next_page, error=error)
    return see_other(first_page(request, next_page))


def _begin(request: Request, database: Database, clock: Clock, claims: Claims) -> None:
    now = clock.now()
    with database.writing() as session:
        who: Principal = authenticate_identity(session, claims, now=now)
    begin_session(request, database, who, now=now)


def _provider(request: Request) -> OidcProvider:
    provider: OidcProvider | None = request.app.state.oidc
    if provider is None:
        raise NotFound("No provider is configured to sign in at.")
    return provider


async def _require_issuer(provider: OidcProvider) -> None:
    """Raise ValueError unless the provider's own description names it as the issuer (OpenID Discovery, 4.3)."""
    metadata = await provider.client.load_server_metadata()
    if metadata.get("issuer") != provider.issuer:
        raise ValueError(f"the provider calls itself {metadata.get('issuer')!r}, not {provider.issuer!r}")


def _expected(provider: OidcProvider) -> dict[str, dict[str, Any]]:
    return {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client.client_id},
    }


async def _claims(provider: OidcProvider, token: dict[str, Any]) -> Claims:
    """What the ID token says, whose signature, issuer, audience, time and nonce were checked; where it tells no
    address, what the provider answers when asked about the same person."""
    said = token["userinfo"]
    if "email" not in said and "userinfo_endpoint" in provider.client.server_metadata:
        told = await provider.client.userinfo(token=token)
        said = told if told.get("sub") == said["sub"] else said
    if not 0 < len(str(said["sub"])) <= LONGEST_SUBJECT:
        raise ValueError("the subject is empty or too long")
    return Claims(
        issuer=provider.issuer,
        subject=str(said["sub"]),
        email=str(said.get("email", ""))[:LONGEST_EMAIL],
        email_verified=said.get("email_verified") is True,
    )


def _failed(request: Request, error: Exception) -> Response:
    logger.warning("sign-in at the provider failed: %s: %s", type(error).__name__, error)
    return sign_in_page(request, error=Forbidden(FAILED))
