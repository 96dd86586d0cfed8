"""What a browser fetches through the real server, compressed as it comes over the wire."""

from __future__ import annotations

import re

import httpx2
import pytest
from fastapi import FastAPI

from replyassist.core.security import Role
from tests.web.chromium import address_of, served
from tests.web.house import House
from tests.world import PASSWORD, World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FIRST_BYTES, WARM_BYTES = 90_000, 25_000
ITEMS = 40
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def wire_bytes(client: httpx2.Client, path: str) -> tuple[int, httpx2.Response]:
    """Bytes of an answer's head and compressed body."""
    with client.stream("GET", path) as answer:
        body = b"".join(answer.iter_raw())
        head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
        return len(body) + head, answer


def test_pages_are_light(app: FastAPI, world: World) -> None:
    house = House(world)
    items = [house.item() for _ in range(ITEMS)]
    email = address_of(world.person(Role.MANAGER))
    with served(app) as address, httpx2.Client(base_url=address, headers={"Accept-Encoding": "gzip"}) as client:
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
        assert token is not None
        client.post("/login", data={"csrf_token": token[1], "email": email, "password": PASSWORD})
        for path in ("/queue", f"/queue/{items[0].id}"):
            warm, _ = wire_bytes(client, path)
            assets = sorted(set(ASSET.findall(client.get(path).text)))
            sizes = {asset: wire_bytes(client, asset) for asset in assets}
            assert all("max-age" in answer.headers["cache-control"] for _, answer in sizes.values())
            first = warm + sum(size for size, _ in sizes.values())
            told = {asset: size for asset, (size, _) in sizes.items()}
            assert first <= FIRST_BYTES, told
            assert warm <= WARM_BYTES, path
