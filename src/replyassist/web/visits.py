"""What a page of somebody who is signed in works with: the request, who asks, the database and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import InvalidInput, ReplyassistError
from replyassist.core.http import ClockDep, DatabaseDep, SignedInDep

from .auth import ActingDep
from .pages import page


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is signed in."""

    request: Request
    principal: Principal
    database: Database
    clock: Clock

    @property
    def now(self) -> datetime:
        """The time."""
        return self.clock.now()

    def page(self, name: str, *, status: int = 200, **context: Any) -> Response:
        """Render a template, which knows who asks (``principal``) and the time (``now``) besides."""
        known = {"principal": self.principal, "now": self.now}
        return page(self.request, name, status=status, **(known | context))

    def refusal_of(self, act: Callable[[Session], object]) -> ReplyassistError | None:
        """Act in one transaction; why it was refused, or None where it was done."""
        try:
            with self.database.writing() as session:
                act(session)
        except ReplyassistError as error:
            return error
        return None


@dataclass(frozen=True)
class RefusedAct:
    """An act that did not happen: in which part of the page, and why."""

    part: str
    error: ReplyassistError

    @property
    def words(self) -> str:
        """Why, for a person."""
        return self.error.reason if isinstance(self.error, InvalidInput) else self.error.detail


def _visit(request: Request, principal: SignedInDep, database: DatabaseDep, clock: ClockDep) -> Visit:
    return Visit(request, principal, database, clock)


def _acting_visit(request: Request, principal: ActingDep, database: DatabaseDep, clock: ClockDep) -> Visit:
    return Visit(request, principal, database, clock)


VisitDep = Annotated[Visit, Depends(_visit, scope="function")]
ActingVisitDep = Annotated[Visit, Depends(_acting_visit, scope="function")]
"""Of who sends a form that carries their session's token."""
