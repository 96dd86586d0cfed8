from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist_bench.retrieval.published import Saved, machine, publish
from replyassist_bench.retrieval.published.page import BEGIN, END

ABOUT = machine() | {"date": "2026-11-22", "seconds": 12.0}
SIZE = {"1000": {"search_ms_p50": 0.2, "exact_ms_p50": 0.1}}
SYSTEM = {"added_ms_p50": 0.5, "added_ms_p99": 0.9, "given_vector_ms_p50": None, "build_seconds": 2.0}
PEERS: dict[str, Any] = {
    "accuracy": {"banking77_10": {"replyassist": {"hit_at_1": 0.9, "hit_at_3": 0.97, "mrr": 0.93}}},
    "systems": {"replyassist": SYSTEM, "langchain": SYSTEM | {"added_ms_p50": 2.0}},
    "versions": {"langchain-core": "1.7.2"},
    "failed": {"haystack": "not done after 300 s"},
    "ratio_to_best_framework": 0.25,
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "benchmarks.md").write_text(f"# Ours\n\nbefore\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    return tmp_path


def saved(**figures: Any) -> Saved:
    return Saved(figures, {"peers": ABOUT})


def page(docs: Path) -> str:
    return (docs / "benchmarks.md").read_text(encoding="utf-8")


def test_what_people_wrote_around_the_generated_part_stays(docs: Path) -> None:
    publish(saved(banking77_10={"hit_at_1": 0.9}), docs)
    publish(saved(banking77_10={"hit_at_1": 0.8}), docs)

    assert page(docs).startswith(f"# Ours\n\nbefore\n\n{BEGIN}\n")
    assert page(docs).endswith(f"{END}\n\nafter\n")
    assert "0.800" in page(docs)
    assert "0.900" not in page(docs)


def test_a_goal_is_met_or_missed_and_stands_beside_its_reference(docs: Path) -> None:
    figures = {"banking77_10": {"hit_at_1": 0.9, "nearest_neighbour": {"hit_at_1": 0.82}}}
    publish(saved(**figures, **{"hwu64-1": {"auroc_abstain": 0.5}}, latency={"added_ms_p50": 0.5}), docs)

    rows = [line for line in page(docs).splitlines() if line.startswith("| ") and "measure" not in line][1:]
    assert rows == [
        "| banking77, 10 examples: hit@1 | 0.820 | **0.900** | ≥ 0.88 | met |",
        "| hwu64, 1 example: AUROC answerable against not | – | **0.500** | ≥ 0.865 | missed |",
        "| added latency, 2,000 examples: median, ms | – | **0.500** | ≤ 1 | met |",
    ]


def test_another_encoder_stands_beside_the_embedded_one_for_each_set(docs: Path) -> None:
    found = {"split": "test", "hit_at_1": 0.9, "hit_at_1_interval": [0.8, 0.95], "gain": 0.1, "ece": 0.05}
    found |= {"nearest_neighbour": {"hit_at_1": 0.8}, "accuracy_with_abstention": 0.7}
    both = Saved({}, {}).with_part("accuracy", {"banking77_10": found}, measured=ABOUT)
    both = both.with_part("accuracy", {"banking77_10": found | {"hit_at_1": 0.92}}, measured=ABOUT, encoder="large")
    publish(both, docs)

    assert both.figures["banking77_10"] == found
    assert both.about.keys() == {"accuracy", "accuracy with large"}
    assert "| default encoder: hit@1 (95 %) / nearest neighbour |" in page(docs)
    assert (
        "| banking77_10 (test) | 0.900 (0.800 to 0.950) / 0.800 | – / – | 0.700 | 0.050 "
        "| 0.920 (0.800 to 0.950) / 0.800 | – / – | 0.700 | 0.050 | hit@1 ≥ 0.88 |"
    ) in page(docs)


def test_peers_are_tables_with_versions_plots_and_what_failed(docs: Path) -> None:
    publish(saved(peers=PEERS), docs)

    assert "| LangChain, FAISS | 2.000 / 0.900 |" in page(docs)
    assert "langchain-core 1.7.2" in page(docs)
    assert "haystack is missing: not done after 300 s" in page(docs)
    assert (docs / "benchmarks" / "retrieval-latency.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "(benchmarks/retrieval-accuracy.svg)" in page(docs)


def test_peers_that_could_not_be_measured_are_not_passed_over(docs: Path) -> None:
    publish(saved(peers={"unavailable": "no peers environment; make peers"}), docs)

    assert "The peers were not measured: no peers environment; make peers." in page(docs)


def test_the_file_holds_the_contracts_keys_and_how_they_were_measured(docs: Path) -> None:
    publish(saved(banking77_10={"hit_at_1": 0.9}), docs)
    found = json.loads((docs / "benchmarks" / "retrieval.json").read_text(encoding="utf-8"))

    assert found["banking77_10"] == {"hit_at_1": 0.9}
    assert {"cores", "memory_gb", "versions", "date", "seconds"} <= found["about"]["peers"].keys()


def test_a_part_that_is_measured_anew_replaces_its_own_figures_alone(docs: Path) -> None:
    publish(Saved({"latency": {"added_ms_p50": 1.0}, "scale": SIZE}, {"scale": ABOUT}), docs)
    again = Saved.read(docs).with_part("latency", {"latency": {"added_ms_p50": 0.5}}, measured=ABOUT)

    assert again.figures == {"latency": {"added_ms_p50": 0.5}, "scale": SIZE}
    assert again.about.keys() == {"scale", "latency"}


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "benchmarks.md").write_text("# Ours\n", encoding="utf-8")

    with pytest.raises(InvalidInput, match=r"benchmarks\.md: needs the lines"):
        publish(saved(), tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / "benchmarks.md"]


def test_a_file_that_is_not_ours_is_named(docs: Path) -> None:
    (docs / "benchmarks").mkdir()
    (docs / "benchmarks" / "retrieval.json").write_text("[]", encoding="utf-8")

    with pytest.raises(InvalidInput, match=r"retrieval.json: is not a JSON object"):
        Saved.read(docs)


def test_the_machine_is_described_without_names() -> None:
    described = json.dumps(machine())

    assert "/" not in described
    assert {"cores", "memory_gb", "system", "python", "load_before", "versions"} == machine().keys()
