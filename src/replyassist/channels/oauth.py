"""Access tokens that a refresh token renews (RFC 6749, section 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from replyassist.core.clock import Clock
from replyassist.core.errors import CredentialsRefused, DeliveryNotMade, DeliveryUncertain

from .account import Account, Runtime
from .http import Answer, Api
from .webhook.send import require_safe_url

EARLY_SECONDS = 60.0
"""So long before its end a token is renewed."""


class Tokens:
    """One account's access token: the one that was kept, or the one that was given as ``token``.

    ``ask`` gives the document for a refresh token: ``access_token``, ``expires_in`` in seconds, and a new
    ``refresh_token`` where it changed. It raises as ``Platform.send``.
    """

    def __init__(self, account: Account, clock: Clock, ask: Callable[[str], Mapping[str, Any]]) -> None:
        given = account.credentials
        self._account, self._clock, self._ask = account, clock, ask
        self._token = given.get("access") or given.get("token", "")
        self._until = float(given.get("access_until") or "inf")
        self._refresh = given.get("refresh_token", "")

    def used(self, call: Callable[[str], Answer]) -> Answer:
        """The answer to a call with the token; where that is no longer taken (401, no effect), with a new one."""
        is_over = self._clock.now().timestamp() >= self._until - EARLY_SECONDS
        token = self._renewed() if not self._token or (is_over and self._refresh) else self._token
        try:
            return call(token)
        except CredentialsRefused:
            if not self._refresh:
                raise
            return call(self._renewed())

    def _renewed(self) -> str:
        if not self._refresh:
            raise CredentialsRefused("there is no token; connect the account again")
        with self._account.renewing() as kept:
            self._refresh = kept.get("refresh_token") or self._refresh
            if kept.get("access") and kept["access"] != self._token:  # another attempt has renewed it
                self._token, self._until = kept["access"], float(kept.get("access_until") or "inf")
                return self._token
            told = self._ask(self._refresh)
            try:
                self._token, seconds = str(told["access_token"]), float(told["expires_in"])
            except (KeyError, TypeError, ValueError) as error:
                raise DeliveryNotMade("the answer to the renewal of the token is not understood") from error
            self._refresh = str(told.get("refresh_token") or self._refresh)
            self._until = self._clock.now().timestamp() + seconds
            self._account.keep(
                {"access": self._token, "access_until": str(self._until), "refresh_token": self._refresh},
            )
        return self._token


def refresher(
    url: str, account: Account, runtime: Runtime, *, is_basic: bool = False, headers: Mapping[str, str] | None = None
) -> Callable[[str], Mapping[str, Any]]:
    """``ask`` for a token endpoint as the RFC has it, with ``client_id`` and ``client_secret`` of the credentials in
    the form, or where ``is_basic``, in the header."""
    require_safe_url(url)
    parts = urlsplit(url)
    client = {name: account.credentials.get(name, "") for name in ("client_id", "client_secret")}

    def ask(refresh: str) -> Mapping[str, Any]:
        form = {"grant_type": "refresh_token", "refresh_token": refresh, **({} if is_basic else client)}
        auth = {"auth": (client["client_id"], client["client_secret"])} if is_basic else {}
        origin = f"{parts.scheme}://{parts.netloc}"
        with Api(origin, runtime, headers=headers) as api:
            answer = api.call("POST", parts.path, has_effect=False, also=(400,), data=form, **auth)
        if answer.status == 400:  # invalid_grant, invalid_client …
            raise CredentialsRefused("the refresh token is no longer taken; connect the account again")
        return document_of(answer, has_effect=False)

    return ask


def document_of(answer: Answer, *, has_effect: bool) -> dict[str, Any]:
    """The JSON object of an answer (empty for none); what is no such thing raises, as a lost answer does."""
    if not answer.body.strip():
        return {}
    try:
        found = answer.json()
    except DeliveryUncertain as error:
        if has_effect:
            raise
        raise DeliveryNotMade(error.detail) from error
    if not isinstance(found, dict):
        raise (DeliveryUncertain if has_effect else DeliveryNotMade)("the platform's answer is no JSON object")
    return found
