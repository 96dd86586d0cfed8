"""The page of messages that ask the same, and one decision on all that it shows.

The form carries for each item its id, its version and the digest of the text that was on the screen; nothing else is
decided. A refusal shows the page as it stands, with why, item by item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Response

from replyassist.core.errors import Conflict, Forbidden, InvalidInput
from replyassist.review import clusters
from replyassist.review.cluster_acts import ClusterDecision, ClusterOutcome, ClusterRefusal, ShownItem
from replyassist.review.failures import failure_kinds
from replyassist.review.reasons import REJECT_REASONS, failure_of
from replyassist.review.repository import clusters as cluster_rows

from . import repository
from .acts import Line, rejection, short
from .cluster_view import PAGE, ClusterView, claim_page, cluster_view, shown_text
from .listing import Listing, ListingDep
from .pages import HOME, MalformedForm, PageRoute, see_other
from .rendering import typed
from .toasts import Toast, toast_after_several
from .visits import ActingVisitDep, Visit, VisitDep

CLUSTER = f"{HOME}/cluster"
router = APIRouter(prefix=CLUSTER, route_class=PageRoute, include_in_schema=False)

ClusterId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Texts = Annotated[Sequence[str], Form(max_length=PAGE)]
_SEEN = re.compile(r"(\d{1,10}):(\d{1,10}):([0-9a-f]{64})")
_ONE = re.compile(r"(\d{1,10}):(\d{1,10})")
NOT_READ = "Say first that you have read all of these: they are sent as they stand here."


@dataclass(frozen=True)
class Sent(Visit):
    """A form of the page: who sent it, and what was on their screen; ``apart`` is not decided with the others."""

    listing: Listing
    cluster_id: int
    shown: tuple[ShownItem, ...]
    apart: tuple[ShownItem, ...]
    read_all: bool

    @property
    def deciding(self) -> ClusterDecision:
        """The decision of this person on these messages."""
        return ClusterDecision(self.principal, self.cluster_id, self.database, self.request.app.state.jobs, self.clock)

    def show(
        self, *, problem: str = "", refused: Sequence[ClusterRefusal] = (), did: str = "", to: str = ""
    ) -> Response:
        """The page as it stands, with what was typed."""
        return _page(
            self,
            self.listing,
            self.cluster_id,
            typed_texts={each.item_id: each for each in (*self.shown, *self.apart)},
            problem=problem,
            refused=refused,
            did=did,
            to=to,
        )

    def decide(self, did: str, act: Callable[[], ClusterOutcome], *, must_be_read: bool) -> Response:
        """Decide on all that was shown, and go on: to what is left of them, else to the queue."""
        if not self.shown:
            raise MalformedForm("There was nothing on the page that could be decided together.")
        if must_be_read and not self.read_all:
            return self.show(problem=NOT_READ)
        try:
            outcome = act()
        except InvalidInput as error:
            return self.show(problem=error.detail)
        to = " ".join(f"{item.id}:{item.version}" for item in outcome.done)
        if outcome.refused:
            return self.show(refused=outcome.refused, did=did, to=to)
        with self.database.reading() as session:
            left = cluster_rows.sizes(session, [self.cluster_id], now=self.now)
        return see_other(self.listing.url(f"{CLUSTER}/{self.cluster_id}" if left else HOME, did=did, to=to))


def _sent(
    visit: ActingVisitDep,
    listing: ListingDep,
    cluster_id: ClusterId,
    item: Texts = (),
    text: Texts = (),
    apart: Texts = (),
    apart_text: Texts = (),
    read_all: Annotated[bool, Form()] = False,
) -> Sent:
    """Raises NotFound for another brand's messages, and MalformedForm where the fields do not belong together."""
    with visit.database.reading() as session:
        clusters.visible_cluster(session, visit.principal, cluster_id)
    seen = _shown(item, text), _shown(apart, apart_text)
    return Sent(
        visit.request, visit.principal, visit.database, visit.clock, listing, cluster_id, *seen, read_all=read_all
    )


def _shown(items: Sequence[str], texts: Sequence[str]) -> tuple[ShownItem, ...]:
    seen = [_SEEN.fullmatch(each) for each in items]
    if None in seen or len(seen) != len(texts):
        raise MalformedForm("Load the page again and repeat it.")
    return tuple(
        ShownItem(int(match[1]), int(match[2]), match[3], shown_text(text))
        for match, text in zip(filter(None, seen), texts, strict=True)
    )


SentDep = Annotated[Sent, Depends(_sent, scope="function")]


@router.get("/{cluster_id}")
def show_cluster(
    visit: VisitDep,
    listing: ListingDep,
    cluster_id: ClusterId,
    did: Annotated[str, Query(max_length=20)] = "",
    to: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """All messages that ask the same with their drafts; they are claimed by opening the page."""
    return _page(visit, listing, cluster_id, did=did, to=to)


@router.get("/{cluster_id}/{act}")
def show_cluster_again(listing: ListingDep, cluster_id: ClusterId) -> Response:
    """The address of an act, loaded again after its refusal, leads back to the page."""
    return see_other(listing.url(f"{CLUSTER}/{cluster_id}"))


@router.post("/{cluster_id}/approve")
def approve_all(on: SentDep) -> Response:
    """Approve exactly the texts that were shown, each by itself."""
    delay = on.request.app.state.settings.send_delay_seconds
    return on.decide("approve", lambda: on.deciding.approve(on.shown, send_delay_seconds=delay), must_be_read=True)


@router.post("/{cluster_id}/reject")
def reject_all(on: SentDep, reason: Line = "", note: Line = "") -> Response:
    """Reject all that were shown, for one reason."""

    def act() -> ClusterOutcome:
        why = rejection(reason, typed(note).strip())
        return on.deciding.reject(on.shown, reason=why, failures=failure_kinds(failure_of(reason)))

    return on.decide("reject", act, must_be_read=True)


@router.post("/{cluster_id}/escalate")
def escalate_all(on: SentDep, escalation: Line = "") -> Response:
    """Hand all that were shown to a lead, with one note."""

    def act() -> ClusterOutcome:
        why = typed(escalation).strip()
        if not why:
            raise InvalidInput("Say in a few words why a lead should look at them.")
        return on.deciding.escalate(on.shown, reason=short(why))

    return on.decide("escalate", act, must_be_read=False)


@router.post("/{cluster_id}/take-out")
def take_out(on: SentDep, only: Annotated[str, Form(max_length=30)] = "") -> Response:
    """Let one message be by itself; what was typed elsewhere stays."""
    one = _ONE.fullmatch(only)
    if one is None:
        raise MalformedForm("Choose the message that is not like the others.")
    item_id, version = int(one[1]), int(one[2])
    try:
        with on.database.writing() as session:
            clusters.take_out(session, on.principal, on.cluster_id, item_id, version=version, now=on.now)
    except (Conflict, Forbidden) as error:
        return on.show(refused=[ClusterRefusal(item_id, error.detail)])
    return on.show(did="take_out", to=f"{item_id}:{version + 1}")


@router.post("/{cluster_id}/check")
def check_texts(on: SentDep) -> Response:
    """The page with what was typed, and what the checks say of it: from now on that is what is shown."""
    return on.show()


@router.post("/{cluster_id}/claim")
def keep_claims(on: SentDep) -> Response:
    """Hold them a little longer while the page is open."""
    with on.database.writing() as session:
        minutes = on.request.app.state.settings.claim_minutes
        claim_page(session, on.principal, on.cluster_id, now=on.now, minutes=minutes)
    return Response(status_code=204)


@router.post("/{cluster_id}/release")
def release(on: SentDep) -> Response:
    """Let others have them: the page was closed."""
    with on.database.writing() as session:
        cluster_rows.release_own(session, on.cluster_id, user_id=on.principal.user_id)
    return Response(status_code=204)


def _page(
    visit: Visit,
    listing: Listing,
    cluster_id: int,
    *,
    typed_texts: Mapping[int, ShownItem] | None = None,
    problem: str = "",
    refused: Sequence[ClusterRefusal] = (),
    did: str = "",
    to: str = "",
) -> Response:
    principal, settings, now = visit.principal, visit.request.app.state.settings, visit.now
    with visit.database.writing() as session:
        claim_page(session, principal, cluster_id, now=now, minutes=settings.claim_minutes)
    with visit.database.reading() as session:
        view: ClusterView = cluster_view(session, principal, cluster_id, now=now, typed_texts=typed_texts or {})
        left_alone = repository.acted_on(session, principal.brands, [each.item_id for each in refused])
        toast: Toast | None = toast_after_several(
            session, principal, did, to, left=0, now=now, send_delay_seconds=settings.send_delay_seconds
        )
    if view.number == 0 and not refused:
        return see_other(listing.url(HOME, did=did, to=to))
    is_refused = bool(problem or refused)
    response = visit.page(
        "cluster.html",
        status=Conflict.status if is_refused else 200,
        listing=listing,
        view=view,
        problem=problem,
        refused=refused,
        names={item.id: item.author for item in left_alone},
        toast=toast,
        reject_reasons=REJECT_REASONS,
    )
    if visit.request.method == "POST":
        response.headers["HX-Replace-Url"] = listing.url(f"{CLUSTER}/{cluster_id}")
        response.headers["HX-Reswap"] = "outerHTML show:none"
    return response
