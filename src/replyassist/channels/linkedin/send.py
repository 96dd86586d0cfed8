"""Replies as the page (comments-api, Create a Comment); they are found again among the replies to the same comment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from replyassist.core.errors import DeliveryError, DeliveryRefused, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..outgoing import OutgoingReply
from ..port import Platform
from . import TRAITS
from .api import LinkedInApi, comments_of, number_of

CLOCKS = timedelta(minutes=1)


class LinkedInPlatform(Platform):
    """One page; its URN is our id."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._api = LinkedInApi(account, runtime)

    @property
    def address(self) -> str:
        """The page."""
        return self._api.page

    def test(self) -> Tested:
        """Whether the page can be read, and whether the person may act for it."""
        number = self._api.page.rpartition(":")[2]
        try:
            name = str(self._api.read(f"/rest/organizations/{number}").get("localizedName") or number)
            path = "/rest/organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED"
            pages = {str(each.get("organization")) for each in self._api.pages(path)}
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        is_admin = self._api.page in pages
        role = "of an administrator" if is_admin else "whoever gave the token has to be an administrator of the page"
        checks = (Check("sign-in", is_ok=True, detail=f"for {name}"), Check("role", is_admin, role))
        return Tested(checks, account=self._api.page, shown_as=name)

    def prepare(self, reply: OutgoingReply) -> Mapping[str, str]:
        """Where the reply stands: below the comment, or below the one that this answers (there is one level), or below
        the post."""
        post, comment = str(reply.metadata.get("post") or ""), str(reply.metadata.get("comment") or "")
        if not post.startswith("urn:li:"):
            raise DeliveryRefused("the message is not known as one of LinkedIn's")
        if not comment:
            return {"object": post, "under": post}
        try:
            found = self._api.read(f"{comments_of(post)}/{number_of(comment)}")
        except ValueError as error:
            raise DeliveryRefused(str(error)) from error
        return {"object": str(found.get("object") or post), "under": str(found.get("parentComment") or comment)}

    def send(self, reply: OutgoingReply) -> str:
        """Comment once."""
        under, post = reply.prepared["under"], reply.prepared["object"]
        document = {
            "actor": self._api.page,
            "object": post,
            "message": {"text": self.as_sent(reply)},
            **({"parentComment": under} if under.startswith("urn:li:comment:") else {}),
        }
        number, made = self._api.create(comments_of(under), document)
        number = str(made.get("id") or number)
        if number.startswith("urn:"):
            number = number_of(number)
        if not number:
            raise DeliveryUncertain("LinkedIn did not say which comment it made")
        return number

    def find(self, reply: OutgoingReply) -> str | None:
        """A comment of the page's with this text in the same place."""
        since = reply.first_tried_at - CLOCKS if reply.first_tried_at else datetime.fromtimestamp(0, UTC)
        for comment in self._api.pages(comments_of(reply.prepared["under"])):
            is_ours = comment["actor"] == self._api.page and int(comment["created"]["time"]) >= since.timestamp() * 1000
            if is_ours and str(comment["message"]["text"]).split() == self.as_sent(reply).split():
                return str(comment["id"])
        return None

    def close(self) -> None:
        """End connections."""
        self._api.close()
