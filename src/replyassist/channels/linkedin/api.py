"""LinkedIn's versioned REST API as one page's administrator (learn.microsoft.com/linkedin/shared/api-guide)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from replyassist.core.errors import ConfigurationError, DeliveryNotMade, DeliveryRefused, RateLimited

from ..account import Account, Runtime
from ..http import Answer, Api
from ..oauth import Tokens, document_of, refresher
from ..port import MOST_PAGES
from ..webhook.send import require_safe_url

Element = Mapping[str, Any]
PAGE = 100
THROTTLED_SECONDS = 900.0
"""Limits are by the day and unpublished, and protection from bursts is shorter: asked again in a quarter of an hour."""
_NO_VERSION = 426
_EXPLAINED = (403, 404, _NO_VERSION, 429)


class LinkedInApi:
    """Making one calls nobody; raises ConfigurationError for an address without https, or a page without a number."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        given, self._clock = account.credentials, runtime.clock
        self.page = page_of(account)
        require_safe_url(given["url"])
        self._version = given["version"]
        headers = {"linkedin-version": self._version, "x-restli-protocol-version": "2.0.0"}
        self._api = Api(given["url"], runtime, headers=headers)
        self._tokens = Tokens(account, runtime.clock, refresher(given["token_url"], account, runtime))

    def read(self, path: str) -> dict[str, Any]:
        """Something that is there; raises DeliveryRefused where it is not, or not for us. ``path`` has the query too:
        Rest.li wants its brackets and commas as they are."""
        return document_of(self._call("GET", path, has_effect=False), has_effect=False)

    def found(self, path: str) -> dict[str, Any] | None:
        """The same, None where it is gone."""
        answer = self._call("GET", path, has_effect=False, absent=404)
        return None if answer.status == 404 else document_of(answer, has_effect=False)

    def pages(self, path: str) -> Iterator[Element]:
        """The elements of all pages; raises DeliveryNotMade where there are too many."""
        joint = "&" if "?" in path else "?"
        for number in range(MOST_PAGES):
            elements = self.read(f"{path}{joint}start={number * PAGE}&count={PAGE}").get("elements") or []
            yield from elements
            if len(elements) < PAGE:
                return
        raise DeliveryNotMade("there is more than can be read")

    def create(self, path: str, document: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Make something: its id, from the header or the answer, and the answer."""
        answer = self._call("POST", path, has_effect=True, json=document)
        made = document_of(answer, has_effect=True)
        return answer.headers.get("x-restli-id") or str(made.get("id") or ""), made

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _call(self, method: str, path: str, *, has_effect: bool, absent: int = 0, **request: Any) -> Answer:
        def once(token: str) -> Answer:
            headers = {"authorization": f"Bearer {token}"}
            return self._api.call(method, path, has_effect=has_effect, also=_EXPLAINED, headers=headers, **request)

        answer = self._tokens.used(once)
        if answer.status == 429:
            wait = answer.wait(self._clock.now())
            wait = THROTTLED_SECONDS if wait is None else wait
            raise RateLimited("LinkedIn asked to try later (429)", retry_after_s=wait)
        if answer.status == _NO_VERSION:
            raise DeliveryNotMade(f"LinkedIn no longer has version {self._version[:10]} of its API: set a later one")
        if answer.status in _EXPLAINED and answer.status != absent:
            said = "the account or the app may not do this" if answer.status == 403 else "the post or comment is gone"
            raise DeliveryRefused(f"LinkedIn answered {answer.status}: {said}")
        return answer


def page_of(account: Account) -> str:
    """The URN of the page, which is our id; raises ConfigurationError where it has no number."""
    number = account.credentials["organization"].strip().removeprefix("urn:li:organization:")
    if not (number.isascii() and number.isdecimal()):
        raise ConfigurationError("the page is given by its number")
    return f"urn:li:organization:{number}"


def comments_of(urn: str) -> str:
    """The path of the comments on a post, or below a comment."""
    return f"/rest/socialActions/{quote(urn, safe='')}/comments"


def number_of(urn: str) -> str:
    """The number of a comment, which is the same in every way its URN is written; raises ValueError for no such URN."""
    number = urn.rstrip(")").rpartition(",")[2]
    if not urn.startswith("urn:li:comment:(") or not (number.isascii() and number.isdecimal()):
        raise ValueError("this is no comment of LinkedIn's")
    return number
