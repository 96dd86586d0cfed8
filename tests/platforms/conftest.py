"""Long runs against whole platforms. Only `make test-platforms` collects them; it fails on whatever is skipped, and
writes what each file that ran whole came to into docs/platforms-run.json."""

from __future__ import annotations

import inspect
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.channels.cases import CASES
from tests.channels.peers.bluesky_network import Addresses, bluesky_network
from tests.channels.peers.up import SPECS

HERE = Path(__file__).parent
RECORD = HERE.parents[1] / "docs" / "platforms-run.json"
IS_ASKED_FOR = "REPLYASSIST_TEST_PLATFORMS" in os.environ
CUTS = ("keyword", "markexpr", "lf")
"""Options that leave tests of a file out."""
collect_ignore_glob = [] if IS_ASKED_FOR else ["test_*.py"]
collect_ignore = [] if SPECS.is_dir() else ["test_published.py"]


def pytest_report_header() -> list[str]:
    """What is left out, and why."""
    return [f"{name} is left out: SPECS={SPECS} is no folder of published specifications" for name in collect_ignore]


@pytest.fixture(scope="session")
def network() -> Iterator[Addresses]:
    """One Bluesky network for all tests."""
    with bluesky_network() as addresses:
        yield addresses


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is here, and leave out the cases that a platform's traits rule out: nothing has to be skipped then."""
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker("platforms")
    items[:] = [item for item in items if item not in ours or not _reason(item)]
    if ours and IS_ASKED_FOR:
        config.pluginmanager.register(Recorder([item for item in ours if item in items]), "platforms-recorder")


def _reason(item: pytest.Item) -> str:
    """Why the traits of the adapter rule a case of the conformance suite out; empty where they do not."""
    adapter = getattr(getattr(item, "cls", None), "adapter", None)
    case = CASES.get(getattr(item, "originalname", "").removeprefix("test_"))
    return case.why_not(adapter) if adapter and case else ""


class Recorder:
    """Adds up what the tests of each file came to."""

    def __init__(self, items: list[pytest.Item]) -> None:
        config = items[0].config
        self.selected = Counter(item.path.name for item in items)
        self.is_cut = any(map(config.getoption, CUTS)) or any("::" in argument for argument in config.args)
        self.runs: dict[str, dict[str, Any]] = {
            item.path.name: {"title": _title(item), "passed": 0, "failed": 0, "seconds": 0.0, "figures": []}
            for item in items
        }

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A skipped test has failed here; so has one whose set-up failed."""
        run = self.runs.get(Path(report.nodeid.partition("::")[0]).name)
        if run is None:
            return
        run["seconds"] += report.duration
        run["failed"] += report.outcome != "passed"
        run["passed"] += report.when == "call" and report.passed
        if report.when == "call":
            run["figures"] += [value for name, value in report.user_properties if name == "figure"]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Nothing that ran is no success; what ran whole is written down, beside what other runs wrote."""
        if any(run["failed"] or not run["passed"] for run in self.runs.values()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        whole = [file for file, run in self.runs.items() if run["passed"] + run["failed"] >= self.selected[file]]
        if self.is_cut or not whole:
            return
        record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
        for file in whole:
            when = {"date": datetime.now(UTC).date().isoformat(), "load": f"{os.getloadavg()[2]:.0f}"}
            run = {**self.runs[file], **when, "cores": os.cpu_count()}
            record[file] = run | {"seconds": round(run["seconds"])}
        kept = {file: run for file, run in sorted(record.items()) if (HERE / file).exists()}
        RECORD.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _title(item: pytest.Item) -> str:
    """The first line of its file's docstring."""
    return (inspect.getdoc(getattr(item, "module", None)) or "").split("\n")[0]
