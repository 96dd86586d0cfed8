"""All SQL of connections."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, update
from sqlmodel import Session, col, select

from .models import Connection, ConnectionAct, ConnectionStatus, GoneMessage, SendingAct, Spending

EVERY_CHANNEL = "*"
MOST_CONNECTIONS = 1000
MOST_ACTS = 20


def connection_for(session: Session, brand_id: str, channel: str) -> Connection | None:
    """The connection that replies of this channel leave by: its own, else the brand's ``*``, else None."""
    statement = select(Connection).where(
        Connection.brand_id == brand_id,
        col(Connection.channel).in_([channel, EVERY_CHANNEL]),
        Connection.status != ConnectionStatus.DISCONNECTED,
    )
    found = {connection.channel: connection for connection in session.exec(statement)}
    return found.get(channel) or found.get(EVERY_CHANNEL)


def was_connected(session: Session, brand_id: str, channel: str) -> bool:
    """Whether replies of this channel ever had a connection to leave by, disconnected ones included."""
    statement = select(Connection.id).where(
        Connection.brand_id == brand_id, col(Connection.channel).in_([channel, EVERY_CHANNEL])
    )
    return session.exec(statement).first() is not None


def find_connection(session: Session, brand_id: str, channel: str) -> Connection | None:
    """The connection of exactly this channel, disconnected ones too."""
    statement = select(Connection).where(Connection.brand_id == brand_id, Connection.channel == channel)
    return session.exec(statement).first()


def list_connections(session: Session, brands: Collection[str] | None = None) -> list[Connection]:
    """Connections by brand and channel, of these brands or all; disconnected ones too."""
    statement = select(Connection).order_by(col(Connection.brand_id), col(Connection.channel)).limit(MOST_CONNECTIONS)
    if brands is not None:
        statement = statement.where(col(Connection.brand_id).in_(brands))
    return list(session.exec(statement))


def newest_acts(session: Session, brand_id: str, channel: str | None = None) -> list[ConnectionAct]:
    """Who connected and disconnected accounts of a brand, or of one channel, last; the newest first."""
    statement = select(ConnectionAct).where(ConnectionAct.brand_id == brand_id)
    if channel is not None:
        statement = statement.where(ConnectionAct.channel == channel)
    return list(session.exec(statement.order_by(col(ConnectionAct.id).desc()).limit(MOST_ACTS)))


def due(session: Session, platforms: Collection[str], *, now: datetime) -> list[Connection]:
    """Connections of these platforms whose Source is to be read now."""
    statement = (
        select(Connection)
        .where(
            col(Connection.platform).in_(platforms),
            Connection.status != ConnectionStatus.DISCONNECTED,
            or_(col(Connection.next_pull_at).is_(None), col(Connection.next_pull_at) <= now),
        )
        .order_by(col(Connection.id))
        .limit(MOST_CONNECTIONS)
    )
    return list(session.exec(statement))


def change_if_pull(session: Session, connection_id: int, pull: int, **values: Any) -> bool:
    """Change the connection while this reading of its Source still is the newest; False when it is not."""
    changed = session.exec(
        update(Connection)
        .where(col(Connection.id) == connection_id, col(Connection.pulls) == pull)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)


def hold(session: Session, connection_id: int) -> Connection:
    """The connection as it stands; nobody else sends or spends by it until this transaction ends."""
    statement = select(Connection).where(Connection.id == connection_id).with_for_update(key_share=True)
    return session.exec(statement.execution_options(populate_existing=True)).one()


def spent_since(session: Session, connection_id: int, budget: str, *, since: datetime) -> list[tuple[datetime, int]]:
    """When how many points of a budget were spent after a moment, the oldest first."""
    statement = (
        select(Spending.at, func.sum(Spending.points))
        .where(Spending.connection_id == connection_id, Spending.budget == budget, col(Spending.at) > since)
        .group_by(col(Spending.at))
        .order_by(col(Spending.at))
    )
    return [(at, int(points)) for at, points in session.exec(statement)]


def forget_spent(session: Session, connection_id: int, *, until: datetime) -> None:
    """Forget what was spent of any budget until a moment."""
    session.exec(delete(Spending).where(col(Spending.connection_id) == connection_id, col(Spending.at) <= until))


def spend(session: Session, connection_id: int, budget: str, points: int, *, now: datetime) -> None:
    """Note points that are spent."""
    session.add(Spending(connection_id=connection_id, budget=budget, points=points, at=now))


def is_gone(session: Session, brand_id: str, channel: str, external_id: str) -> bool:
    """Whether a message was deleted before it arrived."""
    statement = select(GoneMessage.id).where(
        GoneMessage.brand_id == brand_id, GoneMessage.channel == channel, GoneMessage.external_id == external_id
    )
    return session.exec(statement).first() is not None


def note_gone(session: Session, brand_id: str, channel: str, external_id: str, *, now: datetime) -> None:
    """Remember that a message was deleted that nobody has seen."""
    if not is_gone(session, brand_id, channel, external_id):
        session.add(GoneMessage(brand_id=brand_id, channel=channel, external_id=external_id, at=now))
        session.flush()


def sending_acts(session: Session, brand_id: str) -> dict[str, SendingAct]:
    """The newest stop or start of a brand's sending by channel; the whole brand's under the empty one."""
    newest = select(func.max(SendingAct.id)).where(SendingAct.brand_id == brand_id).group_by(col(SendingAct.channel))
    return {act.channel: act for act in session.exec(select(SendingAct).where(col(SendingAct.id).in_(newest)))}


def open_circuits(session: Session, *, now: datetime) -> int:
    """How many connections do not answer, so that nothing is tried for a while."""
    statement = select(func.count()).where(col(Connection.open_until) > now)
    return session.exec(statement).one()
