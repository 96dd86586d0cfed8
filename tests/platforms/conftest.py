"""Long runs against whole platforms. Only `make test-platforms` collects them; it fails on whatever is skipped, and
writes what it did to docs/platforms-run.json."""

from __future__ import annotations

import inspect
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.channels.cases import CASES
from tests.channels.peers.bluesky_network import Addresses, bluesky_network

HERE = Path(__file__).parent
RECORD = HERE.parents[1] / "docs" / "platforms-run.json"
IS_ASKED_FOR = "REPLYASSIST_TEST_PLATFORMS" in os.environ
collect_ignore_glob = [] if IS_ASKED_FOR else ["test_*.py"]


@pytest.fixture(scope="session")
def network() -> Iterator[Addresses]:
    """One Bluesky network for all tests."""
    with bluesky_network() as addresses:
        yield addresses


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is here, and leave out the cases that a platform's traits rule out: nothing has to be skipped then."""
    ours = [item for item in items if HERE in item.path.parents]
    ruled_out = [item for item in ours if _reason(item)]
    for item in ours:
        item.add_marker("platforms")
    items[:] = [item for item in items if item not in ruled_out]
    if ours and IS_ASKED_FOR:
        config.pluginmanager.register(Recorder({_module(item) for item in ours}, _titles(ours)), "platforms-recorder")


def _reason(item: pytest.Item) -> str:
    """Why the traits of the adapter rule a case of the conformance suite out; empty where they do not."""
    adapter = getattr(getattr(item, "cls", None), "adapter", None)
    case = CASES.get(getattr(item, "originalname", "").removeprefix("test_"))
    return case.why_not(adapter) if adapter and case else ""


class Recorder:
    """Adds up what the tests of each file came to."""

    def __init__(self, modules: set[str], titles: dict[str, str]) -> None:
        self.began, self.is_whole = time.monotonic(), modules == {path.name for path in HERE.glob("test_*.py")}
        self.runs: dict[str, dict[str, Any]] = {
            module: {"title": titles[module], "passed": 0, "failed": 0, "seconds": 0.0, "figures": []}
            for module in sorted(modules)
        }

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A skipped test has failed here; so has one whose set-up failed."""
        run = self.runs.get(Path(report.location[0]).name)
        if run is None:
            return
        run["seconds"] += report.duration
        run["failed"] += report.outcome != "passed"
        run["passed"] += report.when == "call" and report.passed
        if report.when == "call":
            run["figures"] += [value for name, value in report.user_properties if name == "figure"]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Nothing that ran is no success; what ran whole is written down."""
        if any(run["failed"] or not run["passed"] for run in self.runs.values()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if not self.is_whole:
            return
        for run in self.runs.values():
            run["seconds"] = round(run["seconds"])
        machine = f"{os.cpu_count()} cores, load {os.getloadavg()[2]:.0f}"
        record = {
            "date": datetime.now(UTC).date().isoformat(),
            "seconds": round(time.monotonic() - self.began),
            "machine": machine,
            "runs": list(self.runs.values()),
        }
        RECORD.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _module(item: pytest.Item) -> str:
    return item.path.name


def _titles(items: list[pytest.Item]) -> dict[str, str]:
    """The first line of each file's docstring."""
    return {_module(item): (inspect.getdoc(getattr(item, "module", None)) or "").split("\n")[0] for item in items}
