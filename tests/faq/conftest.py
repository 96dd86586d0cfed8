"""The API of templates, alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from replyassist.core.http import install_error_handlers
from replyassist.core.security import Role
from replyassist.faq.endpoints import router
from tests.world import BRAND, World

AskAs = Callable[..., TestClient]


@pytest.fixture
def ask_as(world: World) -> AskAs:
    """Makes a client of somebody with this role on the brand."""
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(router)
    app.state.database, app.state.clock = world.database, world.clock

    def client(role: Role = Role.LEAD, *, kind: str = "person") -> TestClient:
        token = world.token(world.person(role, kind=kind))
        made = TestClient(app, headers={"Authorization": f"Bearer {token}"})
        made.params = made.params.set("brand", BRAND)
        return made

    return client
