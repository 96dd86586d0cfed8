"""BM25 over the words of the documents with bm25s: no encoder at all."""

from __future__ import annotations

import json
from pathlib import Path

import bm25s
from encoder import Encoder, Vector
from protocol import Ranked, Task, best_per_template


class Bm25Words:
    """bm25s with its own tokeniser, English stop words and its default method (Lucene's)."""

    packages = ("bm25s",)

    def __init__(self, ids: list[str], index: bm25s.BM25) -> None:
        self._ids, self._index = ids, index

    @classmethod
    def build(cls, task: Task, encoder: Encoder) -> Bm25Words:  # noqa: ARG003
        """Count the words."""
        index = bm25s.BM25()
        words = bm25s.tokenize([document.text for document in task.documents], stopwords="en", show_progress=False)
        index.index(words, show_progress=False)
        return cls([document.template_id for document in task.documents], index)

    def save(self, folder: Path) -> None:
        """The library's own files, and the ids."""
        self._index.save(str(folder / "bm25"))
        (folder / "ids.json").write_text(json.dumps(self._ids), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> Bm25Words:  # noqa: ARG003
        """What ``save`` has kept."""
        ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
        return cls(ids, bm25s.BM25.load(str(folder / "bm25")))

    def search(self, text: str, *, documents: int) -> Ranked:
        """The documents with the rarest words in common, grouped."""
        words = bm25s.tokenize(text, stopwords="en", return_ids=False, show_progress=False)
        rows, scores = self._index.retrieve(words, k=min(documents, len(self._ids)), show_progress=False)
        return best_per_template(
            (self._ids[int(row)], float(score)) for row, score in zip(rows[0], scores[0], strict=True)
        )

    def search_vector(self, vector: Vector, text: str, *, documents: int) -> None:
        """Vectors mean nothing to it."""
