"""The one list of platforms; a new one is its folder and a line here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module

from replyassist.core.errors import NotFound

from .port import Adapter

PLATFORMS: tuple[str, ...] = (
    "file",
    "webhook",
    "email",
    "mastodon",
    "bluesky",
    "telegram",
    "instagram",
    "facebook",
    "threads",
    "slack",
    "discord",
    "reddit",
    "linkedin",
    "x",
    "google",
    "youtube",
    "tiktok",
    "chatwoot",
    "zendesk",
    "freescout",
)


_GUESTS: dict[str, Adapter] = {}


def adapter_named(name: str) -> Adapter:
    """The adapter of a platform: ``ADAPTER`` of its folder. Raises NotFound for an unknown one."""
    return _GUESTS[name] if name in _GUESTS else _of_folder(name)


@contextmanager
def known_too(adapter: Adapter) -> Iterator[None]:
    """Know one more platform in this process for a while: a fake in tests."""
    _GUESTS[adapter.traits.name] = adapter
    try:
        yield
    finally:
        del _GUESTS[adapter.traits.name]


@cache
def _of_folder(name: str) -> Adapter:
    if name not in PLATFORMS:
        raise NotFound(f"there is no platform '{name[:60]}'; there are {', '.join(PLATFORMS)}")
    found = import_module(f"{__package__}.{name}").ADAPTER
    if not isinstance(found, Adapter) or found.traits.name != name:
        raise TypeError(f"channels/{name} has no ADAPTER of that name")
    return found


def adapters() -> dict[str, Adapter]:
    """Every adapter by its name, in the order of the list."""
    return {name: adapter_named(name) for name in (*PLATFORMS, *_GUESTS)}
