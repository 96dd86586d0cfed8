"""Which list somebody looks at: its tab and filters, carried from page to page in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from replyassist.core.accounts import Principal
from replyassist.core.http import SignedInDep
from replyassist.core.security import Permission
from replyassist.review.models import ReviewStatus
from replyassist.review.repository import QueueFilter

from .words import VERDICTS


@dataclass(frozen=True)
class Tab:
    """One tab of the queue with the statuses it shows; none means all."""

    key: str
    label: str
    statuses: tuple[str, ...]
    newest_first: bool = True
    empty: str = "Nothing here."


TABS = (
    Tab("todo", "To do", (ReviewStatus.PENDING,), False, "All done. New messages appear here by themselves."),
    Tab("escalated", "Escalated", (ReviewStatus.ESCALATED,), False, "Nothing waits for a lead."),
    Tab("approved", "Approved", (ReviewStatus.APPROVED, ReviewStatus.SENDING), empty="Nothing is on its way."),
    Tab("sent", "Sent", (ReviewStatus.SENT,), empty="Nothing was sent yet."),
    Tab(
        "problems",
        "Problems",
        (ReviewStatus.FAILED, ReviewStatus.UNCERTAIN),
        False,
        "No problems. Every reply arrived.",
    ),
    Tab(
        "rejected",
        "Rejected",
        (ReviewStatus.REJECTED, ReviewStatus.EXPIRED, ReviewStatus.WITHDRAWN),
        empty="Nothing was rejected.",
    ),
    Tab("all", "All", ()),
)
_TABS = {tab.key: tab for tab in TABS}


@dataclass(frozen=True)
class Listing:
    """A list of the queue: the tab, and the filters (empty: any)."""

    tab: Tab
    brand: str = ""
    channel: str = ""
    verdict: str = ""

    def url(self, path: str, **more: str | int | None) -> str:
        """The address of a page that remembers this list."""
        own = {
            "tab": self.tab.key if self.tab is not TABS[0] else "",
            "brand": self.brand,
            "channel": self.channel,
            "verdict": self.verdict,
        }
        query = {key: value for key, value in (own | more).items() if value not in ("", None)}
        return f"{path}?{urlencode(query)}" if query else path

    def with_tab(self, tab: Tab) -> Listing:
        """The same filters in another tab."""
        return Listing(tab, self.brand, self.channel, self.verdict)

    def wanted(self, principal: Principal) -> QueueFilter:
        """The filter of the queue."""
        return QueueFilter(
            brands=frozenset({self.brand}) if self.brand else principal.brands,
            statuses=self.tab.statuses,
            verdict=self.verdict or None,
            channel=self.channel or None,
            newest_first=self.tab.newest_first,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return bool(self.brand or self.channel or self.verdict)


Short = Annotated[str, Query(max_length=60)]


def _listing(
    principal: SignedInDep, tab: Short = "todo", brand: Short = "", channel: Short = "", verdict: Short = ""
) -> Listing:
    principal.require(Permission.QUEUE_READ)
    if brand:
        principal.require_brand(brand)
    return Listing(
        tab=_TABS.get(tab, TABS[0]),
        brand=brand,
        channel=channel.replace("\x00", ""),
        verdict=verdict if verdict in VERDICTS else "",
    )


ListingDep = Annotated[Listing, Depends(_listing, scope="function")]
