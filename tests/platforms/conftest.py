"""Long runs against whole platforms. `make test-platforms` runs them all; it fails on whatever is skipped, and writes
what each file that ran whole came to into docs/platforms-run.json. `make test` runs the cases of SHORT."""

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
from tests.channels.peers.specifications import SPECS

HERE = Path(__file__).parent
RECORD = HERE.parents[1] / "docs" / "platforms-run.json"
IS_ASKED_FOR = "REPLYASSIST_TEST_PLATFORMS" in os.environ
CUTS = ("keyword", "markexpr", "lf")
"""Options that leave tests of a file out."""
PUBLISHED = "test_published.py"
SHORT = {
    "test_telegram.py": {
        "test_duplicates",
        "test_killed_after",
        "test_the_answer_names_the_message_that_it_answers",
        "test_what_was_read_is_read_once",
    },
    PUBLISHED: {
        "test_duplicates",
        "test_killed_after",
        "test_read_missed",
        "test_what_the_specification_does_not_know_is_refused",
        "test_an_answer_that_the_specification_does_not_know_is_an_error",
    },
}
"""The cases of a file that take some seconds together: in, out once, and what the peer itself refuses."""
NO_SPECIFICATIONS = "" if SPECS.is_dir() else f"SPECS={SPECS} is no folder of published specifications"
collect_ignore = [path.name for path in HERE.glob("test_*.py") if not IS_ASKED_FOR and path.name not in SHORT]
collect_ignore += [PUBLISHED] if IS_ASKED_FOR and NO_SPECIFICATIONS else []


def pytest_report_header() -> list[str]:
    """What is left out, and why."""
    return [f"{PUBLISHED} is left out: {NO_SPECIFICATIONS}"] if NO_SPECIFICATIONS else []


@pytest.fixture(scope="session")
def network() -> Iterator[Addresses]:
    """One Bluesky network for all tests."""
    with bluesky_network() as addresses:
        yield addresses


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is here, and leave out the cases that a platform's traits rule out: nothing has to be skipped then."""
    ours = {item for item in items if HERE in item.path.parents}
    run = {item for item in ours if (IS_ASKED_FOR or _is_short(item)) and not _reason(item)}
    for item in run:
        item.add_marker("platforms")
        if NO_SPECIFICATIONS and item.path.name == PUBLISHED:
            item.add_marker(pytest.mark.skip(NO_SPECIFICATIONS))
    items[:] = [item for item in items if item not in ours or item in run]
    if run and IS_ASKED_FOR:
        config.pluginmanager.register(Recorder([item for item in items if item in run]), "platforms-recorder")


def _is_short(item: pytest.Item) -> bool:
    return getattr(item, "originalname", "") in SHORT[item.path.name]


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
