from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer

from replyassist.core.digests import text_digest
from replyassist.core.embedding import (
    CachedEncoder,
    SentenceTransformerEncoder,
    Vectors,
)
from replyassist.core.encoders import MINILM
from replyassist.core.errors import ConfigurationError
from replyassist.core.model_calls import BATCH_SIZE, alike_in_length
from replyassist.testing import FakeEncoder


class CountingEncoder(FakeEncoder):
    """Remembers the texts that it was given; may pose as another model."""

    def __init__(self, model: str = "") -> None:
        self.given: list[str] = []
        self._model = model

    @property
    def model_digest(self) -> str:
        return text_digest(self._model) if self._model else super().model_digest

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.given += texts
        return super().encode(texts)


@pytest.fixture(scope="module")
def encoder() -> SentenceTransformerEncoder:
    """The embedded model, loaded once for this file."""
    return SentenceTransformerEncoder("minilm")


class TestCache:
    def test_only_new_texts_are_encoded(self, tmp_path: Path) -> None:
        encoder = CountingEncoder()
        cached = CachedEncoder(encoder, tmp_path)
        cached.encode(["one", "two"])
        cached.encode(["two", "three", "one"])

        assert encoder.given == ["one", "two", "three"]

    def test_a_restart_encodes_nothing_again(self, tmp_path: Path) -> None:
        before = CachedEncoder(FakeEncoder(), tmp_path).encode(["one", "two"])
        encoder = CountingEncoder()
        after = CachedEncoder(encoder, tmp_path).encode(["one", "two"])

        assert encoder.given == []
        assert np.array_equal(before, after)

    def test_vectors_come_in_the_order_of_the_texts_known_or_not(self, tmp_path: Path) -> None:
        cached = CachedEncoder(FakeEncoder(), tmp_path)
        cached.encode(["b", "d"])
        texts = ["a", "b", "c", "b", "d", "a"]

        vectors = cached.encode(texts)

        assert np.array_equal(vectors, FakeEncoder().encode(texts))
        assert vectors.dtype == np.float32

    def test_a_text_that_stands_twice_is_encoded_once(self, tmp_path: Path) -> None:
        encoder = CountingEncoder()
        vectors = CachedEncoder(encoder, tmp_path).encode(["same", "other", "same"])

        assert encoder.given == ["same", "other"]
        assert np.array_equal(vectors[0], vectors[2])

    def test_no_texts_make_no_vectors(self, tmp_path: Path) -> None:
        cached = CachedEncoder(FakeEncoder(), tmp_path)

        assert cached.encode([]).shape == (0, cached.dimension) == (0, 64)

    def test_more_texts_than_one_look_up_takes(self, tmp_path: Path) -> None:
        encoder = CountingEncoder()
        cached = CachedEncoder(encoder, tmp_path)
        texts = [f"text {number}" for number in range(1001)]
        first, second = cached.encode(texts), cached.encode(texts)

        assert len(encoder.given) == len(texts)
        assert np.array_equal(first, second)

    def test_another_model_has_another_cache(self, tmp_path: Path) -> None:
        first, second = CountingEncoder("first"), CountingEncoder("second")
        for encoder in (first, second, first):
            CachedEncoder(encoder, tmp_path).encode(["text"])

        assert (first.given, second.given) == (["text"], ["text"])
        assert len(list(tmp_path.glob("*.sqlite"))) == 2

    def test_it_speaks_for_the_encoder_behind_it(self, tmp_path: Path) -> None:
        cached = CachedEncoder(FakeEncoder(), tmp_path / "made" / "here")

        assert (cached.model_digest, cached.dimension) == (FakeEncoder().model_digest, 64)

    def test_texts_that_look_alike_are_not_mixed_up(self, tmp_path: Path) -> None:
        encoder = CountingEncoder()
        texts = ["\u00e9", "e\u0301", "E", "e", " e", ""]
        CachedEncoder(encoder, tmp_path).encode(texts)

        assert encoder.given == texts

    def test_threads_share_one_cache(self, tmp_path: Path) -> None:
        cached = CachedEncoder(FakeEncoder(), tmp_path)
        texts = [f"text {number}" for number in range(20)]
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda _: cached.encode(texts), range(8)))

        assert all(np.array_equal(vectors, FakeEncoder().encode(texts)) for vectors in results)


class TestBatches:
    def test_texts_of_like_length_share_a_batch(self) -> None:
        assert alike_in_length([900, 20, 25, 910, 22], call_cost=120) == [[1, 4, 2], [0, 3]]

    def test_a_call_that_costs_much_holds_them_together(self) -> None:
        assert alike_in_length([900, 20], call_cost=2000) == [[1, 0]]

    def test_a_lone_text_is_a_batch_and_none_is_none(self) -> None:
        assert alike_in_length([5]) == [[0]]
        assert alike_in_length([]) == []

    @given(st.lists(st.integers(0, 3000), max_size=300))
    def test_every_text_is_in_one_batch_and_no_batch_is_too_large(self, lengths: list[int]) -> None:
        batches = alike_in_length(lengths, most=16)

        assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
        assert max(map(len, batches), default=0) <= 16

    @given(st.lists(st.integers(0, 400), min_size=1, max_size=8), st.integers(1, 200))
    def test_no_other_way_to_cut_them_is_cheaper(self, lengths: list[int], call_cost: int) -> None:
        ordered = sorted(lengths)

        def cost(batches: Sequence[Sequence[int]]) -> int:
            return sum(call_cost + len(batch) * max(batch) for batch in batches)

        ways = [
            [ordered[begin:end] for begin, end in pairwise([0, *cuts, len(ordered)])]
            for size in range(len(ordered))
            for cuts in combinations(range(1, len(ordered)), size)
        ]
        found = [[lengths[place] for place in batch] for batch in alike_in_length(lengths, call_cost=call_cost)]
        assert cost(found) == min(map(cost, ways))


@pytest.mark.encoder
def test_a_model_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    encoder = SentenceTransformerEncoder(str(tmp_path / "nothing-here"))

    with pytest.raises(ConfigurationError, match="nothing-here"):
        encoder.encode(["text"])


def test_the_digest_of_a_folder_is_that_of_its_content_and_not_of_its_place(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "copy", "other-weights", "other-settings")]
    for folder in folders:
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(b"changed" if folder.name == "other-weights" else b"weights")
        (folder / "config.json").write_text("[1]" if folder.name == "other-settings" else "{}")
    one, copy, *others = (SentenceTransformerEncoder(str(folder)).model_digest for folder in folders)

    assert one == copy
    assert len({one, *others}) == 3


@pytest.mark.encoder
class TestRealModel:
    def test_vectors_have_the_models_length_and_norm_one(self, encoder: SentenceTransformerEncoder) -> None:
        vectors = encoder.encode(["do you ship to Norway?", "ok", "", "🔥", "word " * 2000])

        assert vectors.shape == (5, encoder.dimension) == (5, 384)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    def test_no_texts_make_no_vectors(self, encoder: SentenceTransformerEncoder) -> None:
        assert encoder.encode([]).shape == (0, 384)

    def test_the_same_text_is_the_same_vector(self, encoder: SentenceTransformerEncoder) -> None:
        first, second = (encoder.encode(["where is my parcel?"]) for _ in range(2))

        assert np.array_equal(first, second)

    def test_company_in_a_batch_hardly_changes_a_vector(self, encoder: SentenceTransformerEncoder) -> None:
        texts = ["where is my parcel?", *(f"text {'longer ' * (n % 9)}" for n in range(BATCH_SIZE + 1))]

        assert np.allclose(encoder.encode(texts)[0], encoder.encode(texts[:1])[0], atol=1e-4)

    @pytest.mark.parametrize(
        ("text", "paraphrase", "unrelated"),
        [
            ("do you ship to Norway?", "can i get this sent to Oslo", "is the decaf any good?"),
            ("my parcel is late", "still waiting on my order, it was due last week", "which beans suit espresso?"),
            ("how do I close my account?", "i want to leave, please delete my account", "what is the interest rate?"),
        ],
    )
    def test_a_paraphrase_is_closer_than_what_is_unrelated(
        self, encoder: SentenceTransformerEncoder, text: str, paraphrase: str, unrelated: str
    ) -> None:
        vectors = encoder.encode([text, paraphrase, unrelated])

        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1

    def test_vectors_are_those_of_the_models_own_encode(self, encoder: SentenceTransformerEncoder) -> None:
        texts = [
            "ok",
            "",
            "where is my parcel?",
            "word " * 2000,
            "🔥 do you ship to Norway or Sweden, and for how much?",
        ]
        own = SentenceTransformer(str(MINILM.folder()), device="cpu").encode(texts, normalize_embeddings=True)

        assert np.allclose(encoder.encode(texts), own, atol=1e-6)

    def test_a_model_with_a_prompt_of_its_own_keeps_it(self, tmp_path: Path) -> None:
        prompted = SentenceTransformer(
            str(MINILM.folder()), device="cpu", prompts={"ask": "question: "}, default_prompt_name="ask"
        )
        prompted.save(str(tmp_path))
        found = SentenceTransformerEncoder(str(tmp_path)).encode(["where is my parcel?"])

        assert np.allclose(
            found, SentenceTransformerEncoder("minilm").encode(["question: where is my parcel?"]), atol=1e-5
        )

    def test_threads_may_use_one_encoder(self) -> None:
        encoder = SentenceTransformerEncoder("minilm")
        texts = ["one", "two", "three", "four"]
        with ThreadPoolExecutor(4) as pool:
            vectors = list(pool.map(lambda text: encoder.encode([text])[0], texts))

        assert np.allclose(vectors, encoder.encode(texts), atol=1e-4)

    def test_mpnet_knows_a_paraphrase_too_and_has_vectors_of_its_own(self, encoder: SentenceTransformerEncoder) -> None:
        mpnet = SentenceTransformerEncoder("mpnet")
        vectors = mpnet.encode(["how much is a new battery?", "battery replacement price", "word " * 2000])

        assert vectors.shape == (3, mpnet.dimension) == (3, 768)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1
        assert mpnet.model_digest != encoder.model_digest

    def test_its_digest_does_not_need_the_model_to_be_loaded(self, encoder: SentenceTransformerEncoder) -> None:
        assert SentenceTransformerEncoder("minilm").model_digest == encoder.model_digest
