"""One decision on the messages of a cluster: each item by itself, in its own transaction, with its own record.

Nothing is decided of what was not shown: a text is approved only where its digest is that of the text on the screen,
and each item only in the version that was on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.digests import text_digest
from replyassist.core.errors import Conflict, Forbidden, InvalidInput, NotFound, VersionConflict
from replyassist.core.jobs import JobQueue

from . import approving, decisions
from .clusters import member
from .failures import FailureKind
from .models import ReviewItem, ReviewStatus


@dataclass(frozen=True)
class ShownItem:
    """An item as it was on the screen: its version, and the text of the reply with the digest that was shown."""

    item_id: int
    version: int
    digest: str
    text: str


@dataclass(frozen=True)
class ClusterRefusal:
    """An item that was left as it is, and why."""

    item_id: int
    why: str


@dataclass(frozen=True)
class ClusterOutcome:
    """What became of each item."""

    done: list[ReviewItem] = field(default_factory=list)
    refused: list[ClusterRefusal] = field(default_factory=list)


@dataclass(frozen=True)
class ClusterDecision:
    """Who decides on the messages of which cluster, and with what."""

    principal: Principal
    cluster_id: int
    database: Database
    jobs: JobQueue
    clock: Clock

    def approve(self, shown: Sequence[ShownItem], *, send_delay_seconds: float) -> ClusterOutcome:
        """Approve each of the texts as it was shown; findings that block are never accepted here."""

        def approve_one(each: ShownItem) -> ReviewItem:
            if text_digest(each.text.strip()) != each.digest:
                raise VersionConflict("the text was changed after it was shown; read it as it is now")
            with self.database.reading() as session:
                text = approving.checked(session, self.principal, each.item_id, each.text)
            with self.database.writing() as session:
                member(session, self.principal, self.cluster_id, each.item_id)
                item = approving.approve(
                    session,
                    self.principal,
                    each.item_id,
                    version=each.version,
                    text=text,
                    accept_findings=False,
                    jobs=self.jobs,
                    now=self.clock.now(),
                    send_delay_seconds=send_delay_seconds,
                )
            if item.status == ReviewStatus.PENDING:
                raise Conflict("your yes is recorded; it waits for a second person")
            return item

        return self._each(shown, approve_one)

    def reject(
        self, shown: Sequence[ShownItem], *, reason: str, failures: Sequence[FailureKind] = ()
    ) -> ClusterOutcome:
        """Decide of each that it gets no such reply, for one reason."""
        return self._each_written(
            shown,
            lambda session, each: decisions.reject(
                session,
                self.principal,
                each.item_id,
                version=each.version,
                reason=reason,
                failures=failures,
                jobs=self.jobs,
                now=self.clock.now(),
            ),
        )

    def escalate(self, shown: Sequence[ShownItem], *, reason: str) -> ClusterOutcome:
        """Hand each to a lead, with one note."""
        return self._each_written(
            shown,
            lambda session, each: decisions.escalate(
                session,
                self.principal,
                each.item_id,
                version=each.version,
                reason=reason,
                jobs=self.jobs,
                now=self.clock.now(),
            ),
        )

    def _each_written(
        self, shown: Sequence[ShownItem], act: Callable[[Session, ShownItem], ReviewItem]
    ) -> ClusterOutcome:
        def act_on_one(each: ShownItem) -> ReviewItem:
            with self.database.writing() as session:
                member(session, self.principal, self.cluster_id, each.item_id)
                return act(session, each)

        return self._each(shown, act_on_one)

    @staticmethod
    def _each(shown: Sequence[ShownItem], act: Callable[[ShownItem], ReviewItem]) -> ClusterOutcome:
        outcome = ClusterOutcome()
        for each in shown:
            try:
                outcome.done.append(act(each))
            except (Conflict, Forbidden, InvalidInput, NotFound) as error:
                outcome.refused.append(ClusterRefusal(each.item_id, error.detail))
        return outcome
