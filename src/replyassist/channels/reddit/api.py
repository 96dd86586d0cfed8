"""Reddit's API as one account (reddit.com/dev/api): listings, limits in headers, errors in answers with status 200."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, DeliveryUncertain, RateLimited

from ..account import Account, Runtime
from ..http import Answer, Api, later
from ..oauth import Tokens, document_of, refresher
from ..webhook.send import require_safe_url

Thing = Mapping[str, Any]
PAGE = 100  # "the maximum number of items desired (default: 25, maximum: 100)"
MOST_PAGES = 10  # a listing ends after about 1,000 things
SOON_SECONDS = 60.0
_SECONDS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0}
_WAIT = re.compile(r"(\d+) (millisecond|second|minute|hour)s?")
_EXPLAINED = (403, 404, 429)
_REFUSALS = {
    "DELETED_COMMENT": "the comment is gone",
    "DELETED_LINK": "the post is gone",
    "NO_THING_ID": "the comment is gone",
    "THREAD_LOCKED": "the thread is locked",
    "COMMENT_GUIDANCE_VALIDATION_FAILED": "a rule of the subreddit forbids this text",
    "SOMETHING_IS_BROKEN": "Reddit does not let the account comment there",
    "TOO_LONG": "the text is too long for Reddit",
    "TOO_OLD": "the post is archived",
    "USER_BLOCKED": "the author has blocked the account",
}


class RedditApi:
    """Making one calls nobody; raises ConfigurationError for an address without https."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        given, self._clock, self._waits = account.credentials, runtime.clock, 0.0
        require_safe_url(given["url"])
        # "<platform>:<app ID>:<version string> (by /u/<reddit username>)", as Reddit's rules for the API ask for
        headers = {"user-agent": f"server:replyassist:v1 (by /u/{given['username']})"}
        self._api = Api(given["url"], runtime, headers=headers)
        ask = refresher(given["token_url"], account, runtime, is_basic=True, headers=headers)
        self._tokens = Tokens(account, runtime.clock, ask)

    def read(self, path: str, **params: Any) -> dict[str, Any]:
        """Something that is there; raises DeliveryRefused where it is not, or not for us."""
        answer = self._call("GET", path, has_effect=False, params={**params, "raw_json": 1})
        return document_of(answer, has_effect=False)

    def things(self, path: str, **params: Any) -> list[Thing]:
        """The things of one answer, each with ``kind`` and ``data``."""
        return _children(self.read(path, **params))

    def newest(self, path: str, *, is_enough: Callable[[Sequence[Thing]], bool], **params: Any) -> Iterator[Thing]:
        """The comments of a listing, the newest first, up to the page that is enough (of none it is not asked)."""
        after: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            listing = self.read(path, **params, **after, limit=PAGE)
            page = [each["data"] for each in _children(listing) if each["kind"] == "t1"]
            yield from page
            further = listing["data"].get("after")
            if not further or (page and is_enough(page)):
                return
            after = {"after": str(further)}

    def change(self, path: str, **form: str) -> dict[str, Any]:
        """What the answer's ``json.data`` has; raises for the first of its errors."""
        answer = self._call("POST", path, has_effect=True, data={**form, "api_type": "json"}, params={"raw_json": 1})
        told = document_of(answer, has_effect=True).get("json") or {}
        if errors := told.get("errors"):
            _refuse(errors[0], told.get("ratelimit"))
        return told.get("data") or {}

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _call(self, method: str, path: str, *, has_effect: bool, **request: Any) -> Answer:
        if self._waits:
            raise RateLimited("no requests are left at Reddit for now", retry_after_s=self._waits)

        def once(token: str) -> Answer:
            headers = {"authorization": f"bearer {token}"}
            return self._api.call(method, path, has_effect=has_effect, also=_EXPLAINED, headers=headers, **request)

        answer = self._tokens.used(once)
        left, reset = (_number(answer.headers.get(f"x-ratelimit-{name}")) for name in ("remaining", "reset"))
        if left is not None and left < 1 and reset:
            self._waits = reset
        if answer.status == 429:
            wait = answer.wait(self._clock.now())
            raise later("Reddit asked to try later (429)", reset if wait is None else wait)
        if answer.status in _EXPLAINED:
            said = {403: "the account may not do this there", 404: "it is gone"}[answer.status]
            raise DeliveryRefused(f"Reddit answered {answer.status}: {said}")
        return answer


def _children(listing: Mapping[str, Any]) -> list[Thing]:
    try:
        children = listing["data"]["children"]
    except (KeyError, TypeError) as error:
        raise DeliveryNotMade("Reddit's answer is no listing") from error
    return list(children)


def _refuse(error: Sequence[Any], ratelimit: Any) -> NoReturn:
    """``[NAME, sentence, field]``; the sentence of RATELIMIT says how long, where ``json.ratelimit`` does not."""
    name, sentence = str(error[0]), str(error[1] if len(error) > 1 else "")
    if name == "RATELIMIT":
        told = _WAIT.search(sentence)
        spoken = int(told[1]) * _SECONDS[told[2]] if told else SOON_SECONDS
        wait = _number(ratelimit)
        raise RateLimited("Reddit lets the account comment again later", retry_after_s=spoken if wait is None else wait)
    if name.startswith("SERVER_ERROR"):
        raise DeliveryUncertain("Reddit failed in the middle of it")
    shown = name if name.isascii() and name.replace("_", "").isalnum() else "an error without a name"
    raise DeliveryRefused(_REFUSALS.get(name, f"Reddit did not take it: {shown[:60]}"))


def _number(text: Any) -> float | None:
    try:
        return max(0.0, float(text))
    except (TypeError, ValueError):
        return None
