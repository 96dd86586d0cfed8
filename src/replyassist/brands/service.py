"""Brands: create, find, set the voice, and say where replies go."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from difflib import get_close_matches
from zoneinfo import available_timezones

from sqlmodel import Session, col, select

from replyassist.core.errors import InvalidInput, NotFound

from .models import Brand, ChannelConnection
from .voice import VoiceRules, default_voice, parse_voice

BRAND_ID = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")
EVERY_CHANNEL = "*"


def get_brand(session: Session, brand_id: str) -> Brand:
    """The brand; raise NotFound."""
    brand = session.get(Brand, brand_id)
    if brand is None:
        raise NotFound(f"there is no brand '{brand_id}'")
    return brand


def hold_brand(session: Session, brand_id: str) -> None:
    """Read the brand anew and keep its voice and templates from changing until this transaction ends.

    (SQLite's writers take turns anyway.)
    """
    statement = select(Brand).where(Brand.id == brand_id).with_for_update(read=True)
    session.exec(statement.execution_options(populate_existing=True)).first()


def brands_by_id(session: Session, brand_ids: Collection[str]) -> dict[str, Brand]:
    """Those of these brands that there are, as they stand now."""
    statement = select(Brand).where(col(Brand.id).in_(brand_ids)).execution_options(populate_existing=True)
    return {brand.id: brand for brand in session.exec(statement)}


def list_brands(session: Session) -> list[Brand]:
    """Every brand by id (a deployment has few)."""
    return list(session.exec(select(Brand).order_by(col(Brand.id)).limit(1000)))


def ensure_brand(session: Session, brand_id: str, *, now: datetime, voice: VoiceRules | None = None) -> Brand:
    """The brand, created with this voice (or a neutral one) when there is none; an existing voice is replaced
    only when one is given."""
    brand = session.get(Brand, brand_id)
    if brand is not None:
        if voice is not None:
            set_voice(session, brand, voice)
        return brand
    if not BRAND_ID.match(brand_id):
        raise InvalidInput("a brand id is 1 to 60 lower-case letters, digits, '-' or '_'", field="brand")
    voice = voice or default_voice(brand_id)
    brand = Brand(
        id=brand_id, name=voice.name, voice=voice.model_dump(mode="json"), voice_version=voice.version, created_at=now
    )
    session.add(brand)
    session.flush()
    return brand


def set_voice(session: Session, brand: Brand, voice: VoiceRules) -> None:
    """Give the brand these voice rules; the same rules again change nothing."""
    if voice.version == brand.voice_version:
        return
    brand.voice = voice.model_dump(mode="json")
    brand.voice_version = voice.version
    brand.name = voice.name
    session.add(brand)
    session.flush()


def set_abstain_threshold(session: Session, brand_id: str, threshold: float | None) -> None:
    """How sure (a probability, 0 to 1) to be that a template answers before a draft is made; None: as the setting.

    A number that was set when this was still a cosine counts as a probability: ``eval run --report`` shows what it
    gives now. Raise NotFound, or InvalidInput for what is no probability.
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise InvalidInput("a probability is needed, 0 to 1", field="threshold")
    brand = get_brand(session, brand_id)
    brand.abstain_threshold = threshold
    session.add(brand)
    session.flush()


def set_time_zone(session: Session, brand_id: str, name: str) -> None:
    """Say in which time zone (IANA, such as ``Europe/Dublin``) the brand's days begin and end.

    Raise NotFound, or InvalidInput for a name that is no time zone.
    """
    brand = get_brand(session, brand_id)
    if name not in available_timezones():
        near = get_close_matches(name, available_timezones(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ", such as Europe/Dublin"
        raise InvalidInput(f"'{name[:60]}' is not a time zone{hint}", field="time_zone")
    brand.time_zone = name
    session.add(brand)
    session.flush()


def voice_of(brand: Brand) -> VoiceRules:
    """The brand's voice rules."""
    return parse_voice(brand.voice)


def connect_channel(
    session: Session, brand_id: str, channel: str, *, adapter: str, url: str = "", secret: str = "", now: datetime
) -> ChannelConnection:
    """Say where approved replies of this brand and channel go; ``*`` is every channel without its own."""
    statement = select(ChannelConnection).where(
        ChannelConnection.brand_id == brand_id, ChannelConnection.channel == channel
    )
    connection = session.exec(statement).first() or ChannelConnection(
        brand_id=brand_id, channel=channel, adapter=adapter, created_at=now
    )
    connection.adapter, connection.url, connection.secret = adapter, url, secret
    session.add(connection)
    session.flush()
    return connection


def connection_for(session: Session, brand_id: str, channel: str) -> ChannelConnection | None:
    """The connection for this channel, else the brand's ``*`` connection, else None."""
    statement = select(ChannelConnection).where(
        ChannelConnection.brand_id == brand_id, col(ChannelConnection.channel).in_([channel, EVERY_CHANNEL])
    )
    found = {connection.channel: connection for connection in session.exec(statement)}
    return found.get(channel) or found.get(EVERY_CHANNEL)
