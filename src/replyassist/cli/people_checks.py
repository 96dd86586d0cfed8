"""What the doctor says of the ways in: the provider that people sign in at, and the server that takes e-mail."""

from __future__ import annotations

import httpx2

from replyassist.app import mailer_of
from replyassist.core.errors import ConfigurationError
from replyassist.core.settings import Settings
from replyassist.web.oidc import SECONDS, discovery_address, oidc_provider


def sign_in_provider(settings: Settings) -> str:
    """One line; raise ConfigurationError where the provider does not answer, or calls itself otherwise."""
    provider = oidc_provider(settings)
    if provider is None:
        return "none: REPLYASSIST_OIDC_ISSUER is not set, so people sign in with passwords"
    address = discovery_address(provider.issuer)
    try:
        told = httpx2.get(address, timeout=SECONDS, follow_redirects=True).raise_for_status().json()
    except (httpx2.HTTPError, ValueError) as error:
        raise ConfigurationError(f"{address} gives no description: {type(error).__name__}") from error
    if told.get("issuer") != provider.issuer:
        raise ConfigurationError(f"REPLYASSIST_OIDC_ISSUER: {address} calls itself {told.get('issuer')!r}")
    return f"{provider.name}: {provider.issuer}"


def mail_server(settings: Settings) -> str:
    """One line; raise ConfigurationError where the server does not let us in."""
    mailer = mailer_of(settings)
    if mailer is None:
        return "none: REPLYASSIST_SMTP_URL is not set, so links are passed on by hand"
    return f"{mailer.reach()}, from {settings.mail_from}"
