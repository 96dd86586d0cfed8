"""Which list somebody looks at: its tab, words, filters and order, carried from page to page in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Query
from pydantic import BaseModel, StringConstraints

from replyassist.core.accounts import Principal
from replyassist.core.database import Database
from replyassist.core.http import ClockDep, DatabaseDep, SignedInDep
from replyassist.core.security import Permission
from replyassist.guardrails import Verdict
from replyassist.review.list_order import QueueFilter, Sort
from replyassist.review.models import LOW, OPEN, ReviewStatus
from replyassist.review.policies.rules import sees_what_leads_see
from replyassist.review.repository.lists import count_up_to
from replyassist.triage.kinds import Kind

from .words import VERDICTS


@dataclass(frozen=True)
class Tab:
    """One tab of the queue with the statuses it shows; none means all. ``facets`` narrow it."""

    key: str
    label: str
    statuses: tuple[str, ...]
    sort: Sort = Sort.NEWEST
    empty: str = "Nothing here."
    is_snoozed: bool | None = None
    facets: Mapping[str, str] = field(default_factory=dict)


DECIDE = Tab(
    "decide",
    "You can decide",
    (ReviewStatus.PENDING,),
    Sort.URGENCY,
    "Nothing is ready for you. What needs a closer look is under To do.",
    is_snoozed=False,
    facets={"risk": LOW, "verdict": Verdict.READY.value},
)
TO_DO = Tab(
    "todo",
    "To do",
    (ReviewStatus.PENDING,),
    Sort.URGENCY,
    "All done. New messages appear here by themselves.",
    is_snoozed=False,
)
ESCALATED = Tab(
    "escalated", "Escalated", (ReviewStatus.ESCALATED,), Sort.OLDEST, "Nothing waits for a lead.", is_snoozed=False
)
_OTHERS = (
    Tab("snoozed", "Snoozed", OPEN, Sort.WAKES, "Nothing was put off.", is_snoozed=True),
    Tab("approved", "Approved", (ReviewStatus.APPROVED, ReviewStatus.SENDING), empty="Nothing is on its way."),
    Tab("sent", "Sent", (ReviewStatus.SENT,), empty="Nothing was sent yet."),
    Tab(
        "problems",
        "Problems",
        (ReviewStatus.FAILED, ReviewStatus.UNCERTAIN),
        Sort.URGENCY,
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
TABS = (DECIDE, TO_DO, ESCALATED, *_OTHERS)
_TABS = {tab.key: tab for tab in TABS}
SORTS = {
    Sort.URGENCY: "Most urgent first",
    Sort.NEWEST: "Newest first",
    Sort.OLDEST: "Oldest first",
    Sort.WAITING: "Longest waiting first",
}
AGES: Mapping[str, tuple[str, timedelta, bool]] = {  # the words, how long, and whether it is older than that
    "older-1h": ("Older than an hour", timedelta(hours=1), True),
    "older-1d": ("Older than a day", timedelta(days=1), True),
    "older-3d": ("Older than three days", timedelta(days=3), True),
    "older-7d": ("Older than a week", timedelta(days=7), True),
    "newer-1h": ("From the last hour", timedelta(hours=1), False),
    "newer-1d": ("From the last day", timedelta(days=1), False),
}
RISKS = {"high": "High risk", "low": "Low risk"}
VISIBILITIES = {"public": "Public", "private": "Private"}
FOLDED_TABS = (DECIDE.key, TO_DO.key)
SINGLY = "singly"
CHOICES: Mapping[str, tuple[str, ...]] = {
    "visibility": tuple(VISIBILITIES),
    "risk": tuple(RISKS),
    "verdict": tuple(VERDICTS),
    "kind": tuple(kind.value for kind in Kind),
    "age": tuple(AGES),
    "sort": tuple(SORTS),
    "alike": (SINGLY,),
}
_COLUMNS = {"template": "template_id"}
FILTERS = ("q", "brand", "channel", "visibility", "kind", "risk", "verdict", "template", "language", "assignee", "age")
ME, NOBODY = "me", "nobody"


def tabs_of(principal: Principal) -> tuple[Tab, ...]:
    """The tabs of a person, what they look at first to the left."""
    if principal.may(Permission.REVIEW_ESCALATED):
        return (ESCALATED, TO_DO, *_OTHERS)
    if principal.may(Permission.REVIEW_ANY):
        return (TO_DO, ESCALATED, *_OTHERS)
    return (DECIDE, TO_DO, ESCALATED, *_OTHERS)


@dataclass(frozen=True)
class Listing:
    """A list of the queue: the tab, the order (empty: the tab's own) and the filters (empty: any).

    ``home`` is the tab that an address without one means to this person; none where that changes with the queue.
    ``alike``: whether messages that ask the same stand in one row each (``SINGLY``), or in one for all.
    """

    tab: Tab
    now: datetime
    home: str = TO_DO.key
    q: str = ""
    brand: str = ""
    channel: str = ""
    visibility: str = ""
    kind: str = ""
    risk: str = ""
    verdict: str = ""
    template: str = ""
    language: str = ""
    assignee: str = ""
    age: str = ""
    sort: str = ""
    alike: str = ""

    def url(self, path: str, **more: str | int | None) -> str:
        """The address of a page that remembers this list."""
        own = {
            "tab": self.tab.key if self.tab.key != self.home else "",
            **self.filters,
            "sort": self.sort,
            "alike": self.alike,
        }
        query = {key: value for key, value in (own | more).items() if value not in ("", None)}
        return f"{path}?{urlencode(query)}" if query else path

    def with_tab(self, tab: Tab) -> Listing:
        """The same filters in another tab, in its own order."""
        return replace(self, tab=tab, sort="")

    def cleared(self) -> Listing:
        """The tab without filters."""
        return Listing(self.tab, self.now, self.home)

    def wanted(self, principal: Principal) -> QueueFilter:
        """The filter of the queue."""
        facets: dict[str, str | int | None] = {
            _COLUMNS.get(name, name): value
            for name, value in self.filters.items()
            if value and name not in ("q", "brand", "assignee", "age")
        }
        if self.assignee:
            known: dict[str, int | None] = {ME: principal.user_id, NOBODY: None}
            facets["assigned_to"] = known[self.assignee] if self.assignee in known else int(self.assignee)
        _, long, is_older = AGES.get(self.age, ("", timedelta(), True))
        edge = self.now - long if self.age else None
        return QueueFilter(
            brands=frozenset({self.brand}) if self.brand else principal.brands,
            statuses=tuple(str(status) for status in self.tab.statuses),
            facets={**facets, **self.tab.facets},
            text=self.q,
            sort=self.order,
            is_snoozed=self.tab.is_snoozed,
            now=self.now,
            before=edge if is_older else None,
            since=None if is_older else edge,
            is_folded=self.is_folded,
            for_leads=sees_what_leads_see(principal),
        )

    @property
    def may_fold(self) -> bool:
        """Whether one row can stand for all messages that ask the same: not where words or ages pick some of them."""
        return self.tab.key in FOLDED_TABS and not self.q and not self.age

    @property
    def is_folded(self) -> bool:
        """Whether one row stands for all messages that ask the same."""
        return self.may_fold and self.alike != SINGLY

    @property
    def order(self) -> Sort:
        """The order that is asked for, else the tab's own."""
        return Sort(self.sort) if self.sort else self.tab.sort

    @property
    def filters(self) -> dict[str, str]:
        """Every filter with its value, empty where it is not set."""
        return {name: str(getattr(self, name)) for name in FILTERS}

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return any(self.filters.values())

    @property
    def query(self) -> str:
        """What a saved view keeps: the address behind its question mark, the tab always named."""
        return self.url("", tab=self.tab.key).removeprefix("?")


Short = Annotated[str, StringConstraints(max_length=60)]
Long = Annotated[str, StringConstraints(max_length=200)]


class ListRequest(BaseModel):
    """What an address asks for."""

    tab: Short = ""
    q: Long = ""
    brand: Short = ""
    channel: Short = ""
    visibility: Short = ""
    kind: Short = ""
    risk: Short = ""
    verdict: Short = ""
    template: Long = ""
    language: Short = ""
    assignee: Short = ""
    age: Short = ""
    sort: Short = ""
    alike: Short = ""


def listing_of(principal: Principal, query: str, *, now: datetime) -> Listing:
    """The list that a saved view names."""
    return _checked(principal, ListRequest.model_validate(dict(parse_qsl(query))), now=now, tab=None)


def _listing(
    principal: SignedInDep, clock: ClockDep, database: DatabaseDep, asked: Annotated[ListRequest, Query()]
) -> Listing:
    """Raises Forbidden without the permission, NotFound for somebody else's brand; what makes no sense is left out."""
    principal.require(Permission.QUEUE_READ)
    if asked.brand:
        principal.require_brand(asked.brand)
    first = None if asked.tab in _TABS else _first_tab(principal, database, clock.now())
    return _checked(principal, asked, now=clock.now(), tab=first)


def _checked(principal: Principal, asked: ListRequest, *, now: datetime, tab: Tab | None) -> Listing:
    values = {name: str(getattr(asked, name)).replace("\x00", "").strip() for name in (*FILTERS, "sort", "alike")}
    for name, known in CHOICES.items():
        if values[name] not in known:
            values[name] = ""
    assignee = values["assignee"]
    if assignee not in (ME, NOBODY) and not (assignee.isascii() and assignee.isdecimal() and len(assignee) < 10):
        values["assignee"] = ""
    if values["brand"] and not principal.sees(values["brand"]):
        values["brand"] = ""
    home = "" if principal.may(Permission.REVIEW_ESCALATED) else tabs_of(principal)[0].key
    return Listing(tab or _TABS.get(asked.tab, TO_DO), now, home, **values)


def _first_tab(principal: Principal, database: Database, now: datetime) -> Tab:
    """What somebody sees first: an agent what they may decide, a lead what was escalated, where there is any."""
    first = tabs_of(principal)[0]
    if first is not ESCALATED:
        return first
    with database.reading() as session:
        (waiting,) = count_up_to(session, [Listing(ESCALATED, now).wanted(principal)], most=1)
    return ESCALATED if waiting else TO_DO


ListingDep = Annotated[Listing, Depends(_listing, scope="function")]
