from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from replyassist.core.batched_reading import BatchingReader
from replyassist.core.embedding import READ_WHEN_NEW, CachedEncoder, SentenceTransformerEncoder
from replyassist.core.encoders import KNOWN
from replyassist.core.words import Reading, WordVectors, read, words_in
from replyassist.testing import FakeEncoder, FakeReader

TEXTS = ["do you ship to Norway?", "hi", "do you have a decaf for the evening"]


class CountingReader(FakeReader):
    """Remembers the texts that it read."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def read(self, texts: Sequence[str]) -> list[Reading]:
        self.given += texts
        return super().read(texts)


class WordlessReader(CountingReader):
    """As a model with a prompt of its own: it could read, but tells no words."""

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [Reading(reading.vector) for reading in super().read(texts)]


def same(one: Reading, other: Reading) -> bool:
    assert one.words is not None
    assert other.words is not None
    numbers = one.words.numbers.tolist() == other.words.numbers.tolist()
    return numbers and np.array_equal(one.words.vectors, other.words.vectors) and np.allclose(one.vector, other.vector)


def test_words_survive_being_written() -> None:
    for pieces in (0, 3):
        words = WordVectors(np.arange(pieces, dtype=np.int32), np.ones((pieces, 4), dtype=np.float16))
        back = WordVectors.from_bytes(words.to_bytes())

        assert back.numbers.tolist() == words.numbers.tolist()
        assert back.vectors.tolist() == words.vectors.tolist()


def test_an_encoder_of_the_whole_alone_tells_no_words() -> None:
    (reading,) = read(FakeEncoder(), ["hello"])

    assert reading.words is None
    assert np.array_equal(reading.vector, FakeEncoder().encode(["hello"])[0])


def test_texts_are_read_once_and_kept(tmp_path: Path) -> None:
    reader = CountingReader()
    cached = CachedEncoder(reader, tmp_path)
    first = cached.read(TEXTS[:2])
    again = CachedEncoder(reader, tmp_path).read([TEXTS[2], *TEXTS[:2]])

    assert reader.given == TEXTS
    assert same(first[0], again[1])
    assert same(first[1], again[2])


def test_what_is_newly_encoded_need_not_be_read_again(tmp_path: Path) -> None:
    reader = CountingReader()
    cached = CachedEncoder(reader, tmp_path)
    vectors = cached.encode(TEXTS)
    readings = cached.read(TEXTS)

    assert reader.given == TEXTS
    assert np.array_equal(vectors, np.stack([reading.vector for reading in readings]))


def test_a_text_whose_vector_alone_is_kept_is_read(tmp_path: Path) -> None:
    CachedEncoder(FakeEncoder(), tmp_path).encode(TEXTS[:1])
    reader = CountingReader()

    assert same(CachedEncoder(reader, tmp_path).read(TEXTS[:1])[0], FakeReader().read(TEXTS[:1])[0])
    assert reader.given == TEXTS[:1]


def test_of_very_many_texts_only_vectors_are_kept(tmp_path: Path) -> None:
    reader = CountingReader()
    cached = CachedEncoder(reader, tmp_path)
    cached.encode([f"text {number}" for number in range(READ_WHEN_NEW + 1)])

    assert reader.given == []


def test_a_cache_before_an_encoder_without_words_keeps_its_vectors(tmp_path: Path) -> None:
    cached = CachedEncoder(FakeEncoder(), tmp_path)

    assert [reading.words for reading in cached.read(TEXTS)] == [None] * 3
    assert np.array_equal(cached.read(TEXTS)[1].vector, FakeEncoder().encode(TEXTS)[1])


def test_texts_of_which_no_words_are_told_are_not_read_again(tmp_path: Path) -> None:
    reader = WordlessReader()
    for _ in range(2):
        readings = CachedEncoder(reader, tmp_path).read(TEXTS)

        assert [reading.words for reading in readings] == [None] * 3
        assert np.array_equal(readings[1].vector, FakeEncoder().encode(TEXTS)[1])
    assert reader.given == TEXTS


def test_words_of_a_model_of_half_precision_are_told() -> None:
    layers = [torch.ones((1, 3, 4), dtype=torch.bfloat16)] * 3
    found = {
        "sentence_embedding": torch.ones((1, 4)),
        "input_ids": torch.tensor([[101, 7, 102]]),
        "attention_mask": torch.ones((1, 3)),
        "all_layer_embeddings": layers,
    }
    (words,) = words_in(found, SimpleNamespace(tokenizer=SimpleNamespace(cls_token_id=101, sep_token_id=102)), ["a"])

    assert words is not None
    assert (words.numbers.tolist(), words.vectors.tolist()) == ([7], [[1.0] * 4])


def test_concurrent_readers_each_get_their_own() -> None:
    reader = BatchingReader(FakeReader())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: reader.read([f"text {number}", "hello"]), range(40)))

    for number, readings in enumerate(found):
        expected = FakeReader().read([f"text {number}", "hello"])
        assert all(same(*both) for both in zip(readings, expected, strict=True))
    assert reader.waiting == 0


def test_readers_share_a_queue_and_vectors_stay_what_they_are() -> None:
    reader = BatchingReader(FakeEncoder())

    assert [reading.words for reading in reader.read(TEXTS)] == [None] * 3
    assert np.array_equal(reader.encode(TEXTS), FakeEncoder().encode(TEXTS))
    assert reader.read([]) == []


@pytest.mark.encoder
@pytest.mark.parametrize("name", KNOWN)
def test_a_real_encoder_reads_each_text_as_it_encodes_it(name: str) -> None:
    encoder = SentenceTransformerEncoder(name)
    readings = encoder.read([*TEXTS, ""])

    vectors = encoder.encode([*TEXTS, ""])
    assert np.allclose(np.stack([reading.vector for reading in readings]), vectors, atol=1e-5)
    words = [reading.words for reading in readings if reading.words is not None]
    assert [len(each.numbers) for each in words] == [6, 1, 9, 0], "without the marks of beginning, end and padding"
    assert {each.vectors.shape[1] for each in words if len(each.numbers)} == {encoder.dimension}
