from __future__ import annotations

from pathlib import Path

import pytest

from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist_bench.retrieval.bench import Bench
from replyassist_bench.retrieval.data import few_shot
from replyassist_bench.retrieval.peers import SYSTEMS, answers_to, documents_of, latency_task, peers, ranking_tasks
from replyassist_bench.retrieval.scores import Answer

from .small_data import write_small_data


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    write_small_data(tmp_path)
    encoder = SentenceTransformerEncoder("minilm")
    return Bench(tmp_path, encoder, encoder, quick=True, progress=lambda _what, _done, _total: None)


def test_without_the_environment_it_says_how_to_install_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLYASSIST_PEERS_PYTHON", "nowhere/python")

    assert peers(bench) == {"unavailable": "no peers environment at nowhere/python; install it with: make peers"}


def test_documents_are_the_questions_and_without_any_title_and_reply(bench: Bench) -> None:
    warm, cold = (ranking_tasks(bench)[name][0] for name in ("banking77_10", "bitext_cold"))

    assert ("track_order", "where is my parcel") in documents_of(warm)
    assert len(documents_of(warm)) == 16
    assert [text for template, text in documents_of(cold) if template == "get_refund"] == [
        "get refund",
        "Thanks for asking. I want my money back? We will tell you.",
    ]


def test_messages_for_times_are_of_every_intent(bench: Bench) -> None:
    task = latency_task(bench)

    assert {wanted for _, wanted in task.messages} == {template.id for template in task.templates}
    assert {len(template.questions) for template in task.templates} == {3}


def test_an_answer_counts_by_the_place_of_the_right_template() -> None:
    task = few_shot([("a", "one")], [("b", "one"), ("c", "two"), ("d", "oos")], examples=1, seed=0)
    second, none = {"ranked": ["two", "one"], "score": 0.4}, {"ranked": [], "score": 0.0}
    answers = answers_to(task, [second, none, second], is_probability=True)

    assert answers == [Answer(True, 2, 0.4, 0.4), Answer(True, 0, 0.0, 0.0), Answer(False, 0, 0.4, 0.4)]
    assert answers_to(task, [second, none, second], is_probability=False)[0].sureness is None


@pytest.mark.encoder
def test_every_system_does_the_job(bench: Bench) -> None:
    found = peers(bench)

    assert found["failed"] == {}
    assert found["systems"].keys() == set(SYSTEMS)
    for data in ("banking77_10", "clinc150_10", "bitext_cold"):
        assert found["accuracy"][data].keys() == set(SYSTEMS)
    for system, figures in found["accuracy"]["banking77_10"].items():
        assert figures["hit_at_1"] >= 0.75, system
    for system, figures in found["systems"].items():
        assert 0 < figures["added_ms_p50"] < figures["added_ms_p99"], system
        assert 0 < figures["start_seconds"] < 60, system
    assert found["best_framework"] in {"haystack", "langchain", "llama_index"}
    assert found["ratio_to_best_framework"] > 0
    assert {"haystack-ai", "langchain-core", "llama-index-core", "bm25s", "faiss-cpu"} <= found["versions"].keys()
