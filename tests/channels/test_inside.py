"""What people type in the console does not make the server call its own network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from replyassist.channels.account import Credentials, Runtime
from replyassist.channels.connections import Connections
from replyassist.channels.email.mailbox import Mailbox
from replyassist.channels.http import Api
from replyassist.channels.inside import has_user_info, is_inside
from replyassist.channels.reach import connected
from replyassist.channels.webhook.send import WebhookChannel
from replyassist.core.clock import SystemClock
from replyassist.core.errors import ConfigurationError, DeliveryError, DeliveryRefused, InvalidInput
from replyassist.core.settings import Settings
from tests.delivery.replies import reply
from tests.world import BRAND, World

SECRET = "whsec_" + "A" * 32
NAMES = {"localhost": "127.0.0.1", "inside.example": "10.0.0.7", "shop.example": "93.184.215.14"}
NOT_INSIDE = Runtime(SystemClock(), 2.0, home=Path())


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names as they are looked up here; addresses are themselves."""
    look_up = socket.getaddrinfo

    def known(host: str, port: Any = None, *_: Any, **__: Any) -> Any:
        return look_up(NAMES.get(host, host), port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)

    monkeypatch.setattr(socket, "getaddrinfo", known)


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("http://localhost:8000/in", True),
        ("https://inside.example", True),
        ("https://[::1]/", True),
        ("https://[::ffff:127.0.0.1]/", True),
        ("http://169.254.169.254/latest", True),
        ("https://100.64.0.1", True),
        ("https://0.0.0.0", True),
        ("192.168.1.4:993", True),
        ("https://[64:ff9b::a9fe:a9fe]/", True),
        ("https://[64:ff9b::10.0.0.5]/", True),
        ("https://[64:ff9b::93.184.215.14]/", False),
        ("https://[64:ff9b:1::10.0.0.5]/", True),
        ("https://[64:ff9b:1:a00:5:0:93.184.215.14]/", True),
        ("https://[::10.0.0.5]/", True),
        ("https://[::93.184.215.14]/", False),
        ("shop.example:993", False),
        ("https://shop.example/in", False),
        ("https://unknown.example", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_addresses_of_this_machine_and_its_network_are_inside(address: str, *, inside: bool) -> None:
    assert is_inside(address) == inside


def forbidding(world: World) -> Connections:
    """Connections as they are unless the setting says otherwise."""
    mine = world.connections
    return replace(mine, runtime=replace(mine.runtime, allows_inside=Settings().allow_private_addresses))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("platform", "field", "given"),
    [
        ("webhook", "url", {"url": "http://127.0.0.1:9/in", "secret": SECRET}),
        ("telegram", "url", {"url": "http://127.0.0.1:9", "token": "1:a"}),
        ("mastodon", "server", {"server": "https://inside.example", "token": "a"}),
        ("bluesky", "server", {"server": "http://localhost:9", "handle": "a.example", "password": "a"}),
        ("email", "imap", {"imap": "10.0.0.7", "smtp": "shop.example", "address": "a@shop.example", "password": "a"}),
        ("email", "smtp", {"smtp": "10.0.0.7", "imap": "shop.example", "address": "a@shop.example", "password": "a"}),
    ],
)
def test_nothing_inside_is_called_unless_the_server_allows_it(
    world: World, platform: str, field: str, given: dict[str, str]
) -> None:
    mine = forbidding(world)
    for act in (
        lambda: mine.connect(BRAND, platform, given, actor="Lea"),
        lambda: mine.try_out(BRAND, platform, given),
    ):
        with pytest.raises(InvalidInput, match="REPLYASSIST_ALLOW_PRIVATE_ADDRESSES") as refused:
            act()
        assert refused.value.field == field


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_where_the_server_allows_it_an_account_inside_is_connected(world: World) -> None:
    kept, _ = world.connections.connect(
        BRAND, "webhook", {"url": "http://127.0.0.1:9/in", "secret": SECRET}, actor="Lea", channel="*"
    )
    assert kept.shown_as == "127.0.0.1"


@pytest.mark.parametrize(
    "call",
    [
        lambda: Api("https://inside.example", NOT_INSIDE).call("GET", "/", has_effect=False),
        lambda: WebhookChannel("https://inside.example/in", SECRET, NOT_INSIDE).send(reply()),
        lambda: mailbox("inside.example").smtp(),
        lambda: mailbox("inside.example").imap().__enter__(),
    ],
)
def test_a_name_that_leads_inside_by_the_time_of_sending_is_not_called(call: Callable[[], object]) -> None:
    with pytest.raises(DeliveryRefused, match=r"inside\.example leads into this machine or a private network"):
        call()


def mailbox(server: str) -> Mailbox:
    given = {"address": "a@shop.example", "password": "a", "imap": f"{server}:993", "smtp": f"{server}:465"}
    return Mailbox(Credentials(given), NOT_INSIDE)


def test_the_address_that_was_judged_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is looked up twice would lead elsewhere the second time."""
    answers = iter(["127.0.0.1", "127.0.0.2"])
    look_up = socket.getaddrinfo
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def changing(_host: str, port: int, **more: Any) -> Any:
            return look_up(next(answers), port, **more)

        monkeypatch.setattr(socket, "getaddrinfo", changing)
        with connected("changing.example", port, seconds=2, allows_inside=True) as made:
            assert made.getpeername() == ("127.0.0.1", port)


def test_a_name_that_is_not_looked_up_in_time_is_waited_for_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()

    def slow(*_: Any, **__: Any) -> Any:
        never.wait(30)
        raise OSError("there is no such name")

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    with pytest.raises(DeliveryError, match="no connection"):
        Api("https://slow.example", replace(NOT_INSIDE, timeout_seconds=0.2)).call("GET", "/", has_effect=True)
    never.set()


@pytest.mark.parametrize("address", ["https://ana:pw@shop.example/in", "ana@shop.example:993", "http://@127.0.0.1/"])
def test_user_info_in_an_address_is_refused(world: World, address: str) -> None:
    assert has_user_info(address)
    with pytest.raises((InvalidInput, ConfigurationError), match="a user or a password"):
        world.connections.connect(BRAND, "webhook", {"url": address, "secret": SECRET}, actor="Lea", channel="*")


@pytest.mark.parametrize("address", ["https://shop.example/@tom", "https://shop.example?to=a@b", "shop.example:993"])
def test_an_at_sign_elsewhere_is_no_user_info(address: str) -> None:
    assert not has_user_info(address)
