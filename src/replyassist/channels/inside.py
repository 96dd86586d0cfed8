"""Addresses that people type: whether one leads into this machine or the network that it stands in."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import httpx2

REFUSAL = (
    "leads into this machine or a private network; where that is wanted, the server is started with "
    "REPLYASSIST_ALLOW_PRIVATE_ADDRESSES=1"
)
_HOLDS_IPV4 = (ip_network("64:ff9b::/96"), ip_network("::/96"))  # in its last 32 bits: RFC 6052, RFC 4291 2.5.5.1
_TRANSLATED_LOCALLY = ip_network(
    "64:ff9b:1::/48"
)  # RFC 8215: of a network's own, wherever the IPv4 address stands in it
NO_ADDRESS = "is no address of a server"
NO_USER_INFO = "names a user or a password; the address goes without them"


def is_inside(address: str) -> bool:
    """Whether a URL, or a server's name with or without a port, leads to anything but the public internet.

    One that cannot be read, or whose name is not known, leads nowhere. ``reach.py`` looks the name up again when it is
    called, and calls no other address than the one that it judged.
    """
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM) if host else []
    except (OSError, ValueError):
        return False
    return any(is_address_inside(str(place[0])) for *_, place in found)


def is_address_inside(address: str) -> bool:
    """Whether an IP address is anything but one of the public internet."""
    known = ip_address(address.partition("%")[0])
    held = _held(known) if isinstance(known, IPv6Address) else None
    judged = any(not each.is_global or each.is_multicast for each in (known, held) if each is not None)
    return judged or known in _TRANSLATED_LOCALLY


def _held(known: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to; None where it leads to none."""
    if any(known in network for network in _HOLDS_IPV4):
        return IPv4Address(int(known) & 0xFFFF_FFFF)
    return known.ipv4_mapped or known.sixtofour


def is_address(address: str) -> bool:
    """Whether it can be read as a URL, or as a server's name with or without a port."""
    try:
        httpx2.URL(address if "//" in address else f"//{address}")
    except httpx2.InvalidURL:
        return False
    return True


def has_user_info(address: str) -> bool:
    """Whether a URL, or a server's name, has a user or a password before its host."""
    return "@" in (address.partition("//")[2] or address).partition("/")[0].partition("?")[0].partition("#")[0]
