"""The kill switch: people stop and resume what a brand, or one of its accounts, sends. Drafting goes on."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.errors import InvalidInput

from . import repository
from .models import SendingAct

STOPPED, RESUMED = "stopped", "resumed"
THE_BRAND = ""
"""As a channel: everything that the brand sends."""


def stop_of(session: Session, brand_id: str, channel: str = THE_BRAND) -> SendingAct | None:
    """Who stopped what leaves by the connection of this channel, or the brand's sending; None where nobody did."""
    acts = repository.sending_acts(session, brand_id)
    found = (acts.get(name) for name in dict.fromkeys((THE_BRAND, channel)))
    return next((act for act in found if act is not None and act.act == STOPPED), None)


def set_stopped(
    session: Session, brand_id: str, channel: str, *, is_stopped: bool, actor: str, reason: str = "", now: datetime
) -> bool:
    """Stop or resume; what is so already stays as it is, and then it returns False. Raise NotFound."""
    get_brand(session, brand_id)
    if "\x00" in reason:
        raise InvalidInput("holds a character that cannot be stored", field="reason")
    newest = repository.sending_acts(session, brand_id).get(channel)
    if (newest is not None and newest.act == STOPPED) == is_stopped:
        return False
    act = STOPPED if is_stopped else RESUMED
    session.add(
        SendingAct(brand_id=brand_id, channel=channel, act=act, actor=actor[:200], reason=reason.strip()[:300], at=now)
    )
    session.flush()
    return True
