"""Somebody at the workbench."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from tests.web.console import Console
from tests.web.evaluation.workbench import Workbench


@pytest.fixture
def workbench(console: Console, app: FastAPI) -> Workbench:
    """Nobody has signed in yet."""
    return Workbench(console, app)
