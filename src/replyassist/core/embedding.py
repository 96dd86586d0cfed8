"""Sentence embeddings: the port, the real encoder, and a cache on disk so that a restart embeds nothing again."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .digests import text_digest
from .encoders import WEIGHTS, model_named, source_of, weights_sha256
from .model_calls import alike_in_length, embed, lengths, load, read_words
from .words import Reading, ReadingEncoder, WordVectors, read

Vectors = NDArray[np.float32]
KEPT_AT_ONCE = 1_000  # texts; encoding them takes seconds to a minute, and reading them to sort by length once
READ_WHEN_NEW = 2_000  # texts whose words are kept at once, to be there when retrieval compares them; 10 kB a text
_FIND = {
    "vector": "SELECT digest, value FROM vector WHERE digest IN (SELECT value FROM json_each(?))",
    "words": "SELECT digest, value FROM words WHERE digest IN (SELECT value FROM json_each(?))",
}
_KEEP = {"vector": "INSERT OR REPLACE INTO vector VALUES (?, ?)", "words": "INSERT OR REPLACE INTO words VALUES (?, ?)"}


class Encoder(Protocol):
    """Turns texts into vectors whose dot product is their cosine similarity."""

    @property
    def model_digest(self) -> str:
        """Names the model and its weights: vectors of different digests must never be compared."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, float32, shape (len(texts), dimension)."""
        ...


class SentenceTransformerEncoder:
    """A sentence-transformers model on the CPU, named as in the settings (``core.encoders``); loaded at first use."""

    def __init__(self, model: str = "") -> None:
        self._source = source_of(model_named(model))
        self._lock = threading.Lock()
        self._model: Any = None
        self._digest: str | None = None

    @property
    def model_digest(self) -> str:
        """SHA-256 over the source's name and, for a folder, its configuration and its weights."""
        if self._digest is None:
            self._digest = _model_digest(self._source)
        return self._digest

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._loaded().get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, float32, shape (len(texts), dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        model = self._loaded()
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for places in alike_in_length(lengths(model, texts)):
            vectors[places] = embed(model, [texts[place] for place in places])
        return vectors

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading for each text; without words from a model that has a prompt of its own or no word pieces."""
        readings: dict[int, Reading] = {}
        model = self._loaded()
        for places in alike_in_length(lengths(model, texts)):
            found = read_words(model, [texts[place] for place in places])
            readings |= zip(places, found, strict=True)
        return [readings[place] for place in range(len(texts))]

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = load(self._source)
            return self._model


class EncoderBehind:
    """Stands before an encoder and is called what that one is called."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    @property
    def model_digest(self) -> str:
        """That of the encoder behind it."""
        return self._encoder.model_digest

    @property
    def dimension(self) -> int:
        """That of the encoder behind it."""
        return self._encoder.dimension


class CachedEncoder(EncoderBehind):
    """Keeps vectors in one SQLite file per model digest; meant for templates, which are encoded again and again."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        super().__init__(encoder)
        folder.mkdir(parents=True, exist_ok=True)
        self._path = cache_file(folder, encoder.model_digest)
        with closing(self._connect()) as connection, connection:
            for table in _FIND:
                connection.execute(f"CREATE TABLE IF NOT EXISTS {table} (digest TEXT PRIMARY KEY, value BLOB NOT NULL)")

    @property
    def behind(self) -> Encoder:
        """The encoder itself, for texts that must not be kept."""
        return self._encoder

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, float32, shape (len(texts), dimension); only new texts reach the encoder."""
        digests = [text_digest(text) for text in texts]
        known = self._vectors(digests)
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        if isinstance(self._encoder, ReadingEncoder) and len(missing) <= READ_WHEN_NEW:
            known |= {digest: reading.vector for digest, reading in self._newly_read(missing).items()}
        elif missing:
            known |= self._newly_encoded(missing)
        if not texts:
            return self._encoder.encode([])
        return np.stack([known[digest] for digest in digests])

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading for each text; only those that were not read before, with words or without, reach the encoder."""
        if not isinstance(self._encoder, ReadingEncoder):
            return [Reading(vector) for vector in self.encode(texts)]
        digests = [text_digest(text) for text in texts]
        vectors, words = self._vectors(digests), self._read("words", digests)
        known = {
            digest: Reading(vectors[digest], WordVectors.from_bytes(value) if value else None)
            for digest, value in words.items()
            if digest in vectors
        }
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        known |= self._newly_read(missing)
        return [known[digest] for digest in digests]

    def unknown(self, texts: Sequence[str]) -> int:
        """How many of these texts it would have to encode."""
        digests = {text_digest(text) for text in texts}
        return len(digests - self._read("vector", list(digests)).keys())

    def _newly_encoded(self, missing: dict[str, str]) -> dict[str, Vectors]:
        """By the chunk, each kept as soon as it is there: a restart goes on where the process ended."""
        digests, fresh = list(missing), dict[str, Vectors]()
        for start in range(0, len(digests), KEPT_AT_ONCE):
            chunk = digests[start : start + KEPT_AT_ONCE]
            found = dict(zip(chunk, self._encoder.encode([missing[digest] for digest in chunk]), strict=True))
            self._write("vector", {digest: vector.tobytes() for digest, vector in found.items()})
            fresh |= found
        return fresh

    def _newly_read(self, missing: dict[str, str]) -> dict[str, Reading]:
        fresh = dict(zip(missing, read(self._encoder, list(missing.values())), strict=True)) if missing else {}
        told = {digest: reading.words.to_bytes() if reading.words else b"" for digest, reading in fresh.items()}
        self._write("vector", {digest: reading.vector.tobytes() for digest, reading in fresh.items()})
        self._write("words", told)
        return fresh

    def _vectors(self, digests: Sequence[str]) -> dict[str, Vectors]:
        return {digest: np.frombuffer(value, np.float32) for digest, value in self._read("vector", digests).items()}

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        return connection

    def _read(self, table: str, digests: Sequence[str]) -> dict[str, bytes]:
        with closing(self._connect()) as connection:
            return dict(connection.execute(_FIND[table], (json.dumps(digests),)))

    def _write(self, table: str, values: dict[str, bytes]) -> None:
        if not values:
            return
        with closing(self._connect()) as connection, connection:
            connection.executemany(_KEEP[table], values.items())


def cache_file(folder: Path, model_digest: str) -> Path:
    """Where a folder keeps what this encoder made."""
    return folder / f"{model_digest[:32]}.sqlite"


def _model_digest(source: str) -> str:
    folder = Path(source)
    parts: list[str] = []
    if (folder / WEIGHTS).is_file():
        parts = [weights_sha256(folder)]
        parts += [text_digest(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return text_digest(json.dumps(parts or [source]))
