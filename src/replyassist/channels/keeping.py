"""Keeping a connection, in the place of the one that its channel had, and writing down who did it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from . import repository
from .account import Tested
from .breaker import close
from .models import Connection, ConnectionAct, ConnectionStatus
from .vault import Vault


def save(
    session: Session,
    vault: Vault,
    brand_id: str,
    channel: str,
    platform: str,
    credentials: Mapping[str, str],
    *,
    tested: Tested,
    now: datetime,
    options: Mapping[str, str] | None = None,
    catch_up: timedelta | None = None,
) -> Connection:
    """Keep a connection, in the place of the one that the channel had; the same account goes on at its cursor, but
    where it was disconnected for longer than ``catch_up``. ``options``: what of the credentials is no secret."""
    connection = repository.find_connection(session, brand_id, channel) or Connection(
        brand_id=brand_id, channel=channel, platform=platform, created_at=now, updated_at=now
    )
    is_same = (connection.platform, connection.account) == (platform, tested.account)
    was_away = connection.status == ConnectionStatus.DISCONNECTED and catch_up is not None
    if not is_same or (was_away and catch_up is not None and now - connection.updated_at > catch_up):
        connection.cursor = None
    connection.options = dict(options or {})
    connection.hooks_refused_at = None
    connection.platform, connection.account, connection.shown_as = platform, tested.account, tested.shown_as
    connection.sealed = vault.seal(dict(credentials))
    connection.pulls, connection.next_pull_at, connection.paused_until = connection.pulls + 1, None, None
    connection.renewing_until = None
    close(connection)
    connection.updated_at = now
    connection.set_health(problem="", sending_problem="", now=now)
    session.add(connection)
    session.flush()
    return connection


def shown_now(session: Session, brand_id: str, channel: str) -> str:
    """What people call the account that the channel has; empty where it has none."""
    present = repository.find_connection(session, brand_id, channel)
    return present.shown_as if present and present.status != ConnectionStatus.DISCONNECTED else ""


def act_on(connection: Connection, act: str, *, actor: str, was: str, shown_as: str) -> ConnectionAct:
    """An entry of what was just done to a connection."""
    return ConnectionAct(
        brand_id=connection.brand_id,
        channel=connection.channel,
        platform=connection.platform,
        act=act,
        actor=actor[:200],
        was_shown_as=was,
        shown_as=shown_as,
        at=connection.updated_at,
    )
