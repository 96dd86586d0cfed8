"""Links a person's own account with who they are in Slack.

Slack tells who presses a button; the answer that they alone see holds a signed address of the console, where they sign
in and confirm. So both accounts are proven, and nobody else can link either.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlmodel import Session

from replyassist.core.accounts import PERSON, Principal
from replyassist.core.accounts.events import AccountAct, record
from replyassist.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from replyassist.core.secret_key import secret_key
from replyassist.core.settings import Settings

from . import repository
from .models import SlackLink

GOOD_FOR = timedelta(minutes=10)
_PURPOSE = "link with Slack"


@dataclass(frozen=True)
class Offer:
    """Who pressed a button in Slack. ``until``: seconds since 1970."""

    team: str
    slack_user: str
    shown_as: str
    until: int


def signed_offer(settings: Settings, *, team: str, slack_user: str, shown_as: str, now: datetime) -> str:
    """The offer as it stands in an address, good for ten minutes."""
    offer = Offer(team[:40], slack_user[:40], shown_as[:200], int((now + GOOD_FOR).timestamp()))
    return _signer(settings).dumps(asdict(offer))


def read_offer(settings: Settings, signed: str, *, now: datetime) -> Offer:
    """The offer; raise InvalidInput for one that is not ours, or too old."""
    try:
        offer = Offer(**_signer(settings).loads(signed))
    except (BadSignature, TypeError):
        raise InvalidInput("This link is not complete. Press the button in Slack again.", field="offer") from None
    if now.timestamp() > offer.until:
        raise InvalidInput("This link is too old. Press the button in Slack again.", field="offer")
    return offer


def link(session: Session, who: Principal, offer: Offer, *, now: datetime) -> None:
    """Link the person with the Slack account; the same again changes nothing.

    Raises Conflict where either is linked with another, and Forbidden for a program.
    """
    if who.kind != PERSON:
        raise Forbidden("only a person is somebody in Slack")
    present = repository.link_in(session, offer.team, offer.slack_user)
    if present is not None:
        if present.user_id != who.user_id:
            raise Conflict("This Slack account is linked with somebody else here.")
        return
    if any(each.team == offer.team for each in repository.links_of(session, who.user_id)):
        raise Conflict("You are linked with another account of this Slack workspace. Remove that link first.")
    session.add(
        SlackLink(
            user_id=who.user_id,
            team=offer.team,
            slack_user=offer.slack_user,
            shown_as=offer.shown_as,
            created_at=now,
        )
    )
    record(session, who.user_id, AccountAct.SLACK_LINKED, by=who, now=now, detail=f"{offer.shown_as} ({offer.team})")


def unlink(session: Session, who: Principal, link_id: int, *, now: datetime) -> None:
    """Remove one of the person's own links; raise NotFound."""
    found = session.get(SlackLink, link_id)
    if found is None or found.user_id != who.user_id:
        raise NotFound("there is no such link")
    session.delete(found)
    record(session, who.user_id, AccountAct.SLACK_UNLINKED, by=who, now=now, detail=f"{found.shown_as} ({found.team})")


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(settings), salt=_PURPOSE)
