"""Answers a status, as visible as it is itself."""

from __future__ import annotations

from datetime import datetime

from replyassist.brands.counting import Counting
from replyassist.core.errors import DeliveryError, DeliveryRefused
from replyassist.inbox.schemas import MessageEdit

from ..account import Account, Check, Runtime, Tested
from ..events import Deleted, Edited
from ..outgoing import OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from . import TRAITS
from .api import LEADING_MENTIONS, MastodonApi, Status, message_of, plain, refuse_number

VISIBILITIES = ("public", "unlisted", "private", "direct")


class MastodonPlatform(Platform):
    """Sends as one account."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, MastodonApi(account, runtime)
        self._limit: int | None = None

    @property
    def address(self) -> str:
        """The account and its server: keys and ids are the server's own."""
        return f"{self._api.server} {self._account.account}".strip()

    def test(self) -> Tested:
        """Who we are there."""
        try:
            us = self._api.get("/api/v1/accounts/verify_credentials")
            name, limit = f"@{us['acct']}@{self._api.host}", self.counting("public").most
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        except (KeyError, TypeError):
            return Tested((Check("sign-in", is_ok=False, detail=f"{self._api.host} does not answer as Mastodon does"),))
        check = Check("sign-in", is_ok=True, detail=f"as {name}; a reply has at most {limit} characters there")
        return Tested((check,), account=str(us["id"]), shown_as=name)

    def counting(self, visibility: str) -> Counting:
        """As everywhere on Mastodon, with the server's own limit."""
        usual = self.traits.counting(visibility)
        if self._limit is None:
            try:
                told = self._api.get("/api/v2/instance")["configuration"]["statuses"]["max_characters"]
            except DeliveryRefused:  # an older server, or another that speaks the API
                told = usual.most
            self._limit = int(told)
        return usual.model_copy(update={"most": self._limit})

    def reread(self, reply: OutgoingReply) -> list[Edited | Deleted]:
        """Each message by itself; ``edited_at`` says that one was edited, and is missing on servers that tell not."""
        found: list[Edited | Deleted] = []
        for place in reply.answers:
            status = self._api.status(refuse_number(place.external_id))
            if status is None:
                found.append(Deleted(place.external_id))
            elif status.get("edited_at") or "edited_at" not in status:
                found.append(self._edited(place, status))
        return found

    def _edited(self, place: ThreadPlace, status: Status) -> Edited:
        now = message_of(self._account, status, [])
        if now is None:
            raise DeliveryRefused("the message has neither words nor attachments any more")
        at = status.get("edited_at")
        change = MessageEdit(
            text=now.message.text,
            attachments=now.message.attachments if at else None,  # a server may show them elsewhere by itself
            edited_at=datetime.fromisoformat(at.replace("Z", "+00:00")) if at else None,
        )
        return Edited(place.external_id, change)

    def send(self, reply: OutgoingReply) -> str:
        """Post it once under its key."""
        said = reply.metadata.get("visibility")
        visibility = said if said in VISIBILITIES else "public"
        if reply.visibility == "private":
            visibility = "direct"
        status = {"status": self.as_sent(reply), "in_reply_to_id": reply.in_reply_to, "visibility": visibility}
        return str(self._api.post("/api/v1/statuses", json=status, headers={"Idempotency-Key": reply.key})["id"])

    def find(self, reply: OutgoingReply) -> str | None:
        """A status of ours with this text right under the one that is answered."""
        since = reply.tried_since
        for status in self._api.context(refuse_number(reply.in_reply_to))[1]:
            is_ours = str(status["account"]["id"]) == self._account.account
            is_under_it = str(status.get("in_reply_to_id")) == reply.in_reply_to
            at = datetime.fromisoformat(status["created_at"].replace("Z", "+00:00"))
            is_later = since is None or at >= since
            if is_ours and is_under_it and is_later and _words(plain(status)) == _words(self.as_sent(reply)):
                return str(status["id"])
        return None

    def thread(self, place: ThreadPlace) -> Thread:
        """The status that begins the thread, and the one above; none of what begins one."""
        if place.conversation == place.external_id:
            return Thread()
        above = self._api.context(refuse_number(place.external_id))[0]
        if not above:
            return Thread()
        return Thread(plain(above[0]) or None, plain(above[-1]) or None if len(above) > 1 else None)

    def close(self) -> None:
        """End connections."""
        self._api.api.close()


def _words(text: str) -> str:
    """The text as it can be compared: HTML keeps no white space, and shortens mentions."""
    return " ".join(LEADING_MENTIONS.sub("", text.strip() + " ", count=1).split())
