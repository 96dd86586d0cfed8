"""Acts on accounts, each in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from replyassist.brands.service import ensure_brand
from replyassist.core.accounts import AccountEvent, Principal, User, authenticate_session, start_session, team
from replyassist.core.security import Role
from tests.world import BRAND, World

OTHER = "harbour"


@dataclass
class Office:
    """People of two brands, and what they do about each other."""

    world: World

    def person(self, role: Role = Role.MANAGER, *brands: str, **more: Any) -> Principal:
        """Somebody of these brands, by default of the first."""
        return self.world.person(role, brands=list(brands or (BRAND,)), **more)

    def sign_in(self, who: Principal) -> str:
        """A session of somebody; its id."""
        with self.world.database.writing() as session:
            return start_session(
                session, who.user_id, address="192.0.2.1", user_agent="Firefox/140", now=self.world.clock.now()
            )

    def holder(self, secret: str) -> Principal:
        """Whose session it is."""
        with self.world.database.reading() as session:
            return authenticate_session(session, secret, now=self.world.clock.now())

    def do(self, act: str, actor: Principal, *args: Any, **more: Any) -> Any:
        """An act of ``team``."""
        with self.world.database.writing() as session:
            return getattr(team, act)(session, actor, *args, now=self.world.clock.now(), **more)

    def user(self, who: Principal) -> User:
        """The account of somebody as it stands."""
        with self.world.database.reading() as session:
            return session.get_one(User, who.user_id)

    def events(self, user_id: int) -> list[tuple[str, str, str]]:
        """Who did what to an account, and its detail, oldest first."""
        with self.world.database.reading() as session:
            rows = session.exec(select(AccountEvent).where(AccountEvent.user_id == user_id).order_by("id"))
            return [(row.actor, row.act, row.detail) for row in rows]


@pytest.fixture
def office(world: World) -> Office:
    """Two brands."""
    with world.database.writing() as session:
        ensure_brand(session, OTHER, now=world.clock.now())
    return Office(world)
