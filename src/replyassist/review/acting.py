"""Who acts on an item through the API: one act in one transaction, then the item as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Concatenate, ParamSpec

from fastapi import Depends, Request
from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.http import ClockDep, DatabaseDep, PrincipalDep
from replyassist.core.jobs import JobQueue
from replyassist.core.settings import Settings

from .models import ReviewItem
from .reading import item_detail
from .views import ReviewDetail

P = ParamSpec("P")


@dataclass(frozen=True)
class Acting:
    """The same for every act: the person, the item, and what an act works with."""

    principal: Principal
    item_id: int
    database: Database
    clock: Clock
    jobs: JobQueue
    settings: Settings

    @property
    def now(self) -> datetime:
        """The time."""
        return self.clock.now()

    def act(
        self, do: Callable[Concatenate[Session, Principal, int, P], ReviewItem], *args: P.args, **options: P.kwargs
    ) -> ReviewDetail:
        """Do it; the item is read, and its draft held against the checks, when the transaction is over."""
        with self.database.writing() as session:
            do(session, self.principal, self.item_id, *args, **options)
        with self.database.reading() as session:
            return item_detail(session, self.principal, self.item_id, now=self.now)


def _acting(request: Request, principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, item_id: int) -> Acting:
    state = request.app.state
    return Acting(principal, item_id, database, clock, jobs=state.jobs, settings=state.settings)


ActingDep = Annotated[Acting, Depends(_acting, scope="function")]
