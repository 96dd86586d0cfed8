"""The store of runs: listed by their summaries, found by id or file, and never where a name should not lead."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from replyassist.core.errors import InvalidInput, NotFound
from replyassist.evaluation.record import save_run
from replyassist.evaluation.store import SUMMARIES, RunStore, drafted
from tests.evaluation.builders import case, proposal, result, run


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path)


def test_runs_are_listed_the_newest_first_with_what_a_list_shows(store: RunStore) -> None:
    for day, name in ((1, "old"), (2, "new")):
        results = (result(1, case=case(1, brand="b")), result(2, proposal=proposal("")))
        store.save(run(*results, id=name, title=name.upper(), created_at=datetime(2026, 11, day, tzinfo=UTC)))
    first, second = store.summaries()

    assert (first.id, first.name, second.id) == ("new", "NEW", "old")
    assert (first.cases, first.drafts, first.brands) == (2, 1, ("b", "fernhill"))
    assert first.figures["cases"] == 2
    assert len(list(drafted(store.load("new")))) == 1


def test_a_summary_follows_its_run(store: RunStore) -> None:
    path = store.save(run(result(1), id="r1", title="before"))
    save_run(run(result(1), id="r1", title="after"), path)
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 10**9))
    assert store.summary("r1").title == "after"
    (store.folder / SUMMARIES / "r1.json").write_text("{", encoding="utf-8")
    assert store.summary("r1").title == "after"


def test_what_is_no_run_is_left_out_of_the_list(store: RunStore) -> None:
    path = store.save(run(result(1), id="r1"))
    path.with_name("broken.json").write_text("{", encoding="utf-8")
    path.with_name("renamed.json").write_bytes(path.read_bytes())
    assert [each.id for each in store.summaries()] == ["r1"]


def test_a_run_is_found_by_its_id_and_in_its_file(store: RunStore, tmp_path: Path) -> None:
    store.save(run(result(1), id="r1"))
    save_run(run(result(1), id="elsewhere"), tmp_path / "kept.json")

    assert store.find("r1").id == "r1"
    assert store.find(str(tmp_path / "kept.json")).id == "elsewhere"
    with pytest.raises(InvalidInput, match=r"gone\.json: cannot be read"):
        store.find("gone.json")


@pytest.mark.parametrize("name", ["../secret", "", "a/b", "unfinished-1", ".hidden", "x" * 121])
def test_a_name_leads_nowhere_else(store: RunStore, name: str) -> None:
    with pytest.raises(NotFound):
        store.load(name)
