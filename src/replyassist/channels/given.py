"""What a person gives to connect an account: which of it is missing or too much, and which may be shown again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from replyassist.core.errors import InvalidInput
from replyassist.inbox.schemas import SLUG

from .port import Adapter
from .repository import EVERY_CHANNEL


def without_secrets(credentials: Mapping[str, str], adapter: Adapter) -> dict[str, str]:
    """What of the credentials may be shown, to fill in a form again."""
    shown = {field.name for field in adapter.fields if not field.is_secret}
    return {name: value for name, value in credentials.items() if name in shown}


def complete(adapter: Adapter, given: Mapping[str, str]) -> dict[str, str]:
    """The credentials with defaults filled in; raise InvalidInput for one that is missing or that nobody asks for."""
    known = {field.name: field for field in adapter.fields}
    if unknown := sorted(set(given) - set(known)):
        raise InvalidInput(f"{adapter.traits.title} asks for {', '.join(known) or 'nothing'}", field=unknown[0])
    whole = {name: (given.get(name) or field.default or "").strip() for name, field in known.items()}
    for name, asked in known.items():
        if not whole[name] and asked.default is None:
            raise InvalidInput(f"is needed: {asked.label}. {asked.help}".strip(), field=name)
    return whole


def checked_channel(channel: str, adapter: Adapter) -> str:
    """The channel; a platform that messages come in by has its own name, or that with a suffix for another account."""
    name = adapter.traits.name
    if adapter.brings and channel != name and not channel.startswith(f"{name}-"):
        raise InvalidInput(f"is '{name}', or '{name}-' and a word of your own", field="channel")
    if channel != EVERY_CHANNEL and not re.fullmatch(SLUG, channel):
        raise InvalidInput("is a word of lower-case letters, digits, '-' and '_', or *", field="channel")
    return channel
