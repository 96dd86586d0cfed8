"""XRPC calls as one account, with a session that is kept and refreshed (signing in is limited to 30 in 5 minutes)."""

from __future__ import annotations

from typing import Any

from replyassist.core.errors import CredentialsRefused, DeliveryRefused, DeliveryUncertain

from ..account import Account, Runtime
from ..http import Answer, Api, later, server_of

_READ = (400, 401, 429)


class Xrpc:
    """Making one calls nobody; raises ConfigurationError for a server without https."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        given = account.credentials
        self.server, self.host = server_of(given.get("server", "") or "bsky.social")
        self._clock, self._account = runtime.clock, account
        self.did = account.account
        self._access, self._refresh = given.get("access", ""), given.get("refresh", "")
        self._api = Api(self.server, runtime)

    def get(self, method: str, *, absent: str = "", **params: Any) -> Any:
        """A query; None where the server answers with the error ``absent``, such as RecordNotFound."""
        answer = self._call("GET", method, params=params)
        return None if absent and _error(answer) == absent else self._require(answer)

    def post(self, method: str, document: dict[str, Any]) -> Any:
        """A procedure."""
        return self._require(self._call("POST", method, json=document))

    def sign_in(self) -> dict[str, Any]:
        """A new session; raises CredentialsRefused."""
        given = self._account.credentials
        document = {"identifier": given.get("handle", "").lstrip("@"), "password": given.get("password", "")}
        answer = self._send("POST", "com.atproto.server.createSession", "", json=document)
        if answer.status == 401 or _error(answer) == "AuthenticationRequired":
            raise CredentialsRefused(f"{self.host} does not take the handle and the app password")
        return self._kept(self._require(answer))

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _call(self, verb: str, method: str, **request: Any) -> Answer:
        if not self._access:
            self._renew()
        answer = self._send(verb, method, self._access, **request)
        if answer.status == 401 or _error(answer) in ("ExpiredToken", "InvalidToken"):
            self._renew()
            answer = self._send(verb, method, self._access, **request)  # the first one had no effect
        return answer

    def _renew(self) -> None:
        """Another access token: by the refresh token, and where that is over, by the password."""
        if self._refresh:
            answer = self._send("POST", "com.atproto.server.refreshSession", self._refresh)
            if answer.status == 200:
                self._kept(answer.json())
                return
        self.sign_in()

    def _kept(self, session: dict[str, Any]) -> dict[str, Any]:
        self._access, self._refresh, self.did = session["accessJwt"], session["refreshJwt"], session["did"]
        self._account.keep({"access": self._access, "refresh": self._refresh})
        return session

    def _send(self, verb: str, method: str, token: str, **request: Any) -> Answer:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        is_session = method.startswith("com.atproto.server.")
        has_effect = verb == "POST" and not is_session
        return self._api.call(verb, f"/xrpc/{method}", has_effect=has_effect, also=_READ, headers=headers, **request)

    def _require(self, answer: Answer) -> Any:
        if answer.status == 429:
            now = self._clock.now()
            try:  # Bluesky's own, in Unix seconds; what stands before it says Retry-After
                wait: float | None = float(answer.headers["ratelimit-reset"]) - now.timestamp()
            except (KeyError, ValueError):
                wait = answer.wait(now)
            raise later(f"{self.host} asked to try later (429)", wait)
        if answer.status in (400, 401):
            raise DeliveryRefused(f"{self.host} answered {answer.status} {_error(answer)}".strip())
        return answer.json()


def _error(answer: Answer) -> str:
    """The name of an error, which is one word of the lexicon's."""
    if answer.status < 400:
        return ""
    try:
        document = answer.json()
    except DeliveryUncertain:  # a 4xx of something in between: its status says that nothing was done
        return ""
    name = document.get("error") if isinstance(document, dict) else ""
    return name[:60] if isinstance(name, str) and name.isalnum() else ""
