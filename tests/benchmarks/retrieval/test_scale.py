from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from replyassist.retrieval.known import texts_of
from replyassist.testing import FakeEncoder
from replyassist_bench.retrieval import scale_process
from replyassist_bench.retrieval.bench import Bench
from replyassist_bench.retrieval.drawn import TEXTS, NumberedEncoder, drawn, queries, templates
from replyassist_bench.retrieval.scale import scale
from tests.benchmarks.retrieval.small_data import ASKED, write_small_data


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_small_data(tmp_path)
    return tmp_path


def test_drawn_vectors_have_length_one_and_differ(data: Path) -> None:
    vectors = drawn(2 * TEXTS + 5, folder=data, encoder=FakeEncoder())

    assert vectors.shape == (2 * TEXTS + 5, FakeEncoder().dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert len(np.unique(vectors.round(4), axis=0)) > TEXTS


def test_texts_of_one_template_are_nearer_to_each_other_than_to_those_of_another(data: Path) -> None:
    vectors = drawn(2 * TEXTS, folder=data, encoder=FakeEncoder())
    one, two = vectors[:TEXTS].mean(axis=0), vectors[TEXTS:].mean(axis=0)

    assert float((vectors[:TEXTS] @ one).mean()) > float((vectors[:TEXTS] @ two).mean())


def test_templates_have_as_many_texts_as_were_asked_for_and_each_has_its_vector(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.eye(4, dtype=np.float32))
    made = templates(2 * TEXTS + 3)
    said = [text for template in made for text in texts_of(template).said]

    assert (len(made), len(said), len(set(said))) == (3, 2 * TEXTS + 3, 2 * TEXTS + 3)
    assert "text 2" in said
    assert NumberedEncoder(tmp_path / "v.npy").encode(["text 2", "text 6 again"]).tolist() == [[0, 0, 1, 0]] * 2


def test_what_is_asked_is_in_no_text_from_which_vectors_are_drawn(data: Path) -> None:
    asked = queries(6, folder=data, encoder=FakeEncoder())
    known = FakeEncoder().encode([text for texts in ASKED.values() for text in texts])

    assert len(asked) == 6
    assert float((asked @ known.T).max()) < 1 - 1e-4


@pytest.mark.encoder
def test_the_short_form_measures_every_size_and_finds_what_exact_search_finds(data: Path) -> None:
    shown: list[int] = []
    bench = Bench(data, FakeEncoder(), FakeEncoder(), quick=True, progress=lambda _, done, __: shown.append(done))
    figures = json.loads(json.dumps(scale(bench)))

    assert list(figures) == ["1000", "14000"]
    assert shown == [0, 1, 2]
    for of_size in figures.values():
        assert of_size["recall_at_10"] >= 0.95
        assert min(of_size[name] for name in ("exact_ms_p50", "search_ms_p50", "add_ms_p50", "remove_ms_p50")) > 0
        assert list(of_size["options"]) == ["384", "768"]
        for options in of_size["options"].values():
            assert {"flat", "ours", "ivf", "hnsw", "ivf, deleted"} <= set(options)
            assert options["flat"]["recall_at_10"] == 1.0
            assert options["ours"]["recall_at_10"] >= 0.95
    assert len(figures["14000"]["readers"]) == 3


def test_a_process_that_fails_says_so_and_leaves_no_figures(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        scale_process.measure(tmp_path, 10, "build")


def test_texts_that_have_no_number_have_a_vector_too(tmp_path: Path) -> None:
    np.save(tmp_path / "vectors.npy", np.eye(4, dtype=np.float32))
    found = NumberedEncoder(tmp_path / "vectors.npy").encode(["text 2", "text 6 again", "who won the match"])

    assert found.shape == (3, 4)
    assert found[0].tolist() == found[1].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert found[2].sum() == 1.0
