"""The benchmark of the engine, in its short form: it measures every part, and its figures are figures."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from replyassist_bench.commands import app
from replyassist_bench.engine.delivering import at_share, ratio_of_medians

KEYS = {"intake_ratio_to_bare", "jobs_ratio_to_engine", "pickup_p50_ms", "pickup_p99_ms"}
READ_BY_DRAFT = {"approved_texts", "exemplary_replies", "replies_in_thread", "sent_replies"}


@pytest.mark.encoder
def test_the_short_form_measures_all_parts() -> None:
    done = CliRunner().invoke(app, ["engine", "--quick", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found.keys() >= KEYS | {"delivery_ratio", "storm_ratio", "intake_drafting_ratio_to_bare"}
    assert found.pop("storm_refused") == 0, "a storm of this size has room"
    assert {f"history_{what}_ratio" for what in {"all", *READ_BY_DRAFT}} <= found.keys()
    assert all(value > 0 for value in found.values() if not isinstance(value, str))


def test_figures_of_waits() -> None:
    assert at_share([1.0, 2.0, 3.0, 4.0], 0.5) == 3.0
    assert at_share([1.0], 0.99) == 1.0
    assert ratio_of_medians([4.0, 4.0], [2.0]) == 2.0
