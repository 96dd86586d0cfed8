"""Replies at Threads, in two steps (threads/retrieve-and-manage-replies/create-replies)."""

from __future__ import annotations

from collections.abc import Mapping

from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryRefused, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..meta.graph import Graph
from ..meta.send import node, told_id
from ..outgoing import OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from . import TRAITS

SOON_SECONDS = 30.0


class ThreadsPlatform(Platform):
    """One profile. Its user name is our id: webhooks tell authors by it alone."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._graph = account, Graph(account, runtime, renewed_by="th_refresh_token")

    @property
    def address(self) -> str:
        """The user name."""
        return self._account.account

    def test(self) -> Tested:
        """Who we are."""
        try:
            name = told_id(self._graph.read("me", fields="id,username"), "username")
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        return Tested((Check("sign-in", is_ok=True, detail=f"as @{name}"),), account=name, shown_as=f"@{name}")

    def prepare(self, reply: OutgoingReply) -> Mapping[str, str]:
        """The container: nobody sees it, and what is not published within 24 hours is gone."""
        made = self._graph.post(
            "me/threads", has_effect=False, media_type="TEXT", text=self.as_sent(reply), reply_to_id=reply.in_reply_to
        )
        return {"container": told_id(made, "id")}

    def send(self, reply: OutgoingReply) -> str:
        """Publish the container, once it is ready."""
        container, status = self._status(reply)
        if status == "PUBLISHED":
            raise DeliveryUncertain("the reply is published already")
        if status == "IN_PROGRESS":
            raise DeliveryNotMade("Threads is still preparing the reply", retry_after_s=SOON_SECONDS)
        if status != "FINISHED":
            raise DeliveryRefused("what Threads had prepared is gone (24 hours, or an error): approve the reply again")
        return told_id(self._graph.post("me/threads_publish", creation_id=container), "id")

    def find(self, reply: OutgoingReply) -> str | None:
        """What the container's status says; the id of what was published stands among the replies."""
        _, status = self._status(reply)
        if status == "IN_PROGRESS":
            raise DeliveryNotMade("Threads is still publishing the reply", retry_after_s=SOON_SECONDS)
        if status != "PUBLISHED":
            return None
        fields, text = "id,text,username,is_reply_owned_by_me", self.as_sent(reply)
        for each in self._graph.all_of(f"{node(reply.in_reply_to)}/replies", fields=fields):
            is_ours = each.get("is_reply_owned_by_me") or each.get("username") == self._account.account
            if is_ours and each.get("text") == text:
                return str(each["id"])
        raise DeliveryNotMade("the reply is published and cannot be seen yet", retry_after_s=SOON_SECONDS)

    def thread(self, place: ThreadPlace) -> Thread:
        """The post's text."""
        if not place.wants_post:
            return Thread()
        return Thread(parent_text=self._graph.read(node(place.conversation), fields="text").get("text"))

    def close(self) -> None:
        """End connections."""
        self._graph.close()

    def _status(self, reply: OutgoingReply) -> tuple[str, str]:
        container = reply.prepared.get("container", "")
        return container, str(self._graph.read(node(container), fields="status").get("status") or "")
