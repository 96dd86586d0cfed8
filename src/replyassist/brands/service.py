"""Brands: create, find, and set the voice."""

from __future__ import annotations

import re
from datetime import datetime
from difflib import get_close_matches
from zoneinfo import available_timezones

from sqlmodel import Session

from replyassist.core.errors import InvalidInput, NotFound, VersionConflict

from .models import Brand
from .repository import locked_brand
from .voice import VoiceRules, default_voice, parse_voice

BRAND_ID = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")


def get_brand(session: Session, brand_id: str) -> Brand:
    """The brand; raise NotFound."""
    brand = session.get(Brand, brand_id)
    if brand is None:
        raise NotFound(f"there is no brand '{brand_id}'")
    return brand


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


def change_voice(session: Session, brand_id: str, voice: VoiceRules, *, expected_version: str) -> None:
    """As ``set_voice``, of the brand that the rules are for; raise VersionConflict when they changed since they were
    seen, and InvalidInput for the rules of another brand."""
    brand = locked_brand(session, brand_id)
    if voice.brand != brand_id:
        raise InvalidInput(f"is '{voice.brand}', not '{brand_id}'", field="brand")
    if brand.voice_version != expected_version:
        raise VersionConflict("somebody changed the voice since you loaded it", current_version=brand.voice_version)
    set_voice(session, brand, voice)


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


def set_round_robin(session: Session, brand_id: str, is_on: bool) -> None:
    """Say whether each new item is assigned to somebody of the team in turn; raise NotFound."""
    brand = get_brand(session, brand_id)
    brand.round_robin = is_on
    session.add(brand)
    session.flush()


def voice_of(brand: Brand) -> VoiceRules:
    """The brand's voice rules."""
    return parse_voice(brand.voice)
