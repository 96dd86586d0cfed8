"""The one reply of a review (accounts.locations.reviews.updateReply)."""

from __future__ import annotations

import re
from typing import Any

from replyassist.core.errors import ConfigurationError, DeliveryError, DeliveryRefused

from ..account import Account, Check, Runtime, Tested
from ..outgoing import OutgoingReply
from ..port import Platform
from . import TRAITS
from .api import GoogleApi, time_of

REJECTED = "REJECTED"
_LOCATION = re.compile(r"accounts/\d+/locations/\d+")
_REVIEW = re.compile(r"[\w=-]{1,190}", re.ASCII)


class ReviewsPlatform(Platform):
    """One location. Its name is our id: replies are the location's, whoever wrote them."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._location, self._api = location_of(account), GoogleApi(account, runtime)

    @property
    def address(self) -> str:
        """The location."""
        return self._location

    def test(self) -> Tested:
        """Whether its reviews can be read."""
        try:
            found = self._api.read(f"/v4/{self._location}/reviews", pageSize=1)
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        detail = f"{found.get('totalReviewCount', 0)} reviews of {self._location}"
        return Tested((Check("sign-in", is_ok=True, detail=detail),), account=self._location, shown_as=self._location)

    def send(self, reply: OutgoingReply) -> str:
        """Put the reply, unless another stands there that was made elsewhere since the review was last changed."""
        if not _REVIEW.fullmatch(reply.in_reply_to):
            raise DeliveryRefused("this is no id of a review")
        path, text = f"/v4/{self._location}/reviews/{reply.in_reply_to}", self.as_sent(reply)
        review = self._api.read(path)
        standing = review.get("reviewReply") or {}
        is_there = standing.get("comment") == text
        if not is_there:
            if standing and _holds(standing, review):
                raise DeliveryRefused("the review has another reply by now, and that would be overwritten")
            standing = self._api.change("PUT", f"{path}/reply", json={"comment": text})
        if standing.get("reviewReplyState") == REJECTED:
            why = str(standing.get("policyViolation") or "")
            said = f" ({why})" if why.replace("_", "").isalnum() and len(why) <= 60 else ""
            raise DeliveryRefused(f"Google rejected the reply{said}")
        return reply_id(reply.in_reply_to)

    def close(self) -> None:
        """End connections."""
        self._api.close()


def _holds(standing: dict[str, Any], review: dict[str, Any]) -> bool:
    """Whether a reply may not be replaced: not rejected, and not older than what it would answer."""
    if standing.get("reviewReplyState") == REJECTED:
        return False
    told, changed = standing.get("updateTime"), review.get("updateTime")
    return not told or not changed or time_of(told) >= time_of(changed)


def location_of(account: Account) -> str:
    """The resource name; raises ConfigurationError for another thing."""
    location: str = account.credentials.get("location", "").strip()
    if not _LOCATION.fullmatch(location):
        raise ConfigurationError("the location is a name such as accounts/123/locations/456")
    return location


def reply_id(review: str) -> str:
    """The id of a review's reply: it has none of its own."""
    return f"{review}/reply"
