"""X's v2 API in a user's name: OAuth 1.0a (RFC 5849), whose tokens do not expire and whose secret signs webhooks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from authlib.oauth1.rfc5849.client_auth import ClientAuth

from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, DeliveryUncertain

from ..account import Account, Runtime
from ..http import Answer, Api, later
from ..webhook.send import require_safe_url
from . import ADDRESS

Post = Mapping[str, Any]
PAGE, MOST_PAGES = 100, 32  # "the most recent 3,200 Posts" (docs.x.com/x-api/posts/timelines); mentions: 800


class XApi:
    """Calls as one user. Making one calls nobody; raises ConfigurationError for an address without https."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._url = (account.credentials.get("url") or ADDRESS).rstrip("/")
        require_safe_url(self._url)
        keys = (
            account.credentials.get(name, "") for name in ("consumer_key", "consumer_secret", "token", "token_secret")
        )
        self._signer, self._clock = ClientAuth(*keys), runtime.clock
        self._api = Api(self._url, runtime)

    def read(self, path: str, *, also: Collection[int] = (), **params: str) -> Answer:
        """GET; statuses in ``also`` are handed back."""
        return self._call("GET", path, has_effect=False, also=also, params=params)

    def posts(self, user: str, name: str, fields: Sequence[Mapping[str, str]], **params: str) -> Iterator[Post]:
        """A user's list of posts to its end, the newest first. ``fields``: ways to ask for what is wanted; where X
        refuses one, the next is tried. Raises DeliveryNotMade where the list does not end, or is none."""
        path, further, ways = f"/2/users/{number(user)}/{name}", dict[str, str](), list(fields)
        for _ in range(MOST_PAGES):
            asked = {"max_results": str(PAGE), **params, **further}
            answer = self.read(path, also=(400,), **asked, **ways[0])
            while answer.status == 400 and len(ways) > 1:
                ways = ways[1:]
                answer = self.read(path, also=(400,), **asked, **ways[0])
            if answer.status == 400:
                raise DeliveryNotMade("X does not let us read posts (400)")
            document = answer.json()
            if not isinstance(document, dict) or "meta" not in document:
                raise DeliveryNotMade("X's answer is no list of posts")
            yield from document.get("data") or ()
            if not (token := document["meta"].get("next_token")):
                return
            further = {"pagination_token": str(token)}
        raise DeliveryNotMade("there are too many posts to read all of them")

    def write(self, path: str, body: Mapping[str, Any]) -> Any:
        """POST; the answer's ``data``."""
        answer = self._call("POST", path, has_effect=True, body=body)
        document = answer.json()
        if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
            raise DeliveryUncertain("X's answer is not one of its API")
        return document["data"]

    def _call(
        self,
        method: str,
        path: str,
        *,
        has_effect: bool,
        also: Collection[int] = (),
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        query = f"?{urlencode(params)}" if params else ""
        _, signed, _ = self._signer.sign(method, f"{self._url}{path}{query}", {}, b"")  # a JSON body is not signed
        answer = self._api.call(
            method,
            path + query,
            has_effect=has_effect,
            also=(402, 403, 429, *also),
            headers=signed,
            **({"json": body} if body is not None else {}),
        )
        if answer.status in (402, 403, 429):
            self._refuse(answer)
        return answer

    def _refuse(self, answer: Answer) -> None:
        if answer.status == 402:
            raise DeliveryNotMade("the credits of X's API are used up")
        if answer.status == 403:
            is_repeated = b"duplicate" in answer.body.lower()
            raise DeliveryRefused(
                "X has a post of this very text from the account"
                if is_repeated
                else "X does not let the account do this: the author did not mention or quote it, or closed replies, "
                "or the app may only read"
            )
        reset, now = _reset(answer.headers), self._clock.now()
        raise later("X asked to try later (429)", answer.wait(now) if reset is None else reset - now.timestamp())

    def close(self) -> None:
        """End connections."""
        self._api.close()


def number(text: str) -> str:
    """An id as a part of a path; raises DeliveryRefused for none of X's."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 19):
        raise DeliveryRefused("this is no id of X's")
    return text


def _reset(headers: Mapping[str, str]) -> float | None:
    """Until when, in seconds since 1970: of the day's limit where that is used up, of the window otherwise."""
    names = ["x-rate-limit"]
    days = ("x-user-limit-24hour", "x-app-limit-24hour")
    names = [each for each in days if headers.get(f"{each}-remaining") == "0"] or names
    try:
        return max(float(headers[f"{name}-reset"]) for name in names)
    except (KeyError, ValueError):
        return None
