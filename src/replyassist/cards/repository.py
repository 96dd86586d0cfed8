"""All SQL of cards and links."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, or_, update
from sqlmodel import Session, col, select

from replyassist.channels.models import Connection, ConnectionStatus
from replyassist.review.models import ReviewItem

from .models import Card, SlackLink

FOLLOWED = timedelta(days=7)
"""For so long a card follows its item."""
MOST_CARDS = 100


def slack_connections(session: Session, brand_id: str) -> list[Connection]:
    """The brand's connections with Slack."""
    statement = select(Connection).where(
        Connection.brand_id == brand_id,
        Connection.platform == "slack",
        Connection.status != ConnectionStatus.DISCONNECTED,
    )
    return list(session.exec(statement))


def card_of(session: Session, item_id: int, connection_id: int) -> Card | None:
    """The item's card by this connection."""
    statement = select(Card).where(Card.review_item_id == item_id, Card.connection_id == connection_id)
    return session.exec(statement).first()


def brand_of(session: Session, card_id: int) -> str | None:
    """The brand that a card's item is of; None for no card."""
    statement = select(ReviewItem.brand_id).join(Card, col(Card.review_item_id) == col(ReviewItem.id))
    return session.exec(statement.where(Card.id == card_id)).first()


def stale_cards(session: Session, *, now: datetime) -> list[Card]:
    """Cards that do not show their item as it is, and are due. Those of an account that is signed out wait until it is
    signed in again."""
    showing = case((col(ReviewItem.is_for_leads), -col(ReviewItem.version)), else_=col(ReviewItem.version))
    statement = (
        select(Card)
        .join(ReviewItem, col(ReviewItem.id) == col(Card.review_item_id))
        .join(Connection, col(Connection.id) == col(Card.connection_id))
        .where(
            col(Card.created_at) > now - FOLLOWED,
            col(Card.is_over).is_(False),
            col(Card.shown_version) != showing,
            Connection.status != ConnectionStatus.DISCONNECTED,
            Connection.sending_problem == "",
            or_(col(Card.next_try_at).is_(None), col(Card.next_try_at) <= now),
        )
        .order_by(col(Card.id))
        .limit(MOST_CARDS)
    )
    return list(session.exec(statement))


def show_anew(session: Session, item_id: int) -> None:
    """Let each card of the item be written again, although its version is the same."""
    session.exec(update(Card).where(col(Card.review_item_id) == item_id).values(shown_version=0))


def change_if_attempt(session: Session, card_id: int, attempt: int, /, **values: Any) -> bool:
    """Change the card while this attempt still is the newest; False when it is not."""
    changed = session.exec(
        update(Card)
        .where(col(Card.id) == card_id, col(Card.attempt) == attempt)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)


def link_in(session: Session, team: str, slack_user: str) -> SlackLink | None:
    """Whose account this is."""
    return session.exec(select(SlackLink).where(SlackLink.team == team, SlackLink.slack_user == slack_user)).first()


def links_of(session: Session, user_id: int) -> list[SlackLink]:
    """Who a person is in Slack."""
    return list(session.exec(select(SlackLink).where(SlackLink.user_id == user_id).order_by(col(SlackLink.id))))
