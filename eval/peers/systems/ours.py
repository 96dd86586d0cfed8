"""Our own retrieval, called as the product calls it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from encoder import Encoder, Vector
from protocol import Ranked, Task

from replyassist.core.embedding import CachedEncoder, Vectors
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.service import retrieve

RANKED = 10
WHERE: dict[str, Any] = {"channel": "import", "visibility": "public", "day": date(2026, 11, 22)}


class SharedEncoder:
    """The shared encoder behind our interface."""

    model_digest = "all-MiniLM-L6-v2"
    dimension = 384

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One batch."""
        return self._encoder.encode(texts)


class Replyassist:
    """``TemplateIndex.search`` on the whole message: the calibrated probability is the score."""

    packages = ("replyassist", "faiss-cpu", "numpy", "scipy")

    def __init__(self, templates: list[dict[str, Any]], encoder: Encoder, cache: Path) -> None:
        self._templates, self._cache = templates, cache
        self._encoder = SharedEncoder(encoder)
        read = [ReplyTemplate.model_validate(template) for template in templates]
        self._index = TemplateIndex(read, CachedEncoder(self._encoder, cache))

    @classmethod
    def build(cls, task: Task, encoder: Encoder) -> Replyassist:
        """An index over the templates, whose vectors are kept on disk as the product keeps them."""
        return cls(task.templates, encoder, Path(tempfile.mkdtemp()))

    def save(self, folder: Path) -> None:
        """The templates and the kept vectors; a database holds the former in the product."""
        (folder / "templates.json").write_text(json.dumps(self._templates), encoding="utf-8")
        shutil.copytree(self._cache, folder / "vectors")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> Replyassist:
        """An index over the same templates; their vectors come from the cache."""
        return cls(json.loads((folder / "templates.json").read_text(encoding="utf-8")), encoder, folder / "vectors")

    def search(self, text: str, *, documents: int) -> Ranked:
        """Encode, then look up."""
        return self.search_vector(self._encoder.encode([text])[0], text, documents=documents)

    def search_vector(self, vector: Vector, text: str, *, documents: int) -> Ranked:
        """The likeliest templates."""
        found = self._index.search(vector, text=text, limit=RANKED, **WHERE)
        return [(match.template_id, match.probability) for match in found]


class ReplyassistWithParts(Replyassist):
    """``retrieve``: the parts of a message that has several are looked up beside the whole."""

    def search(self, text: str, *, documents: int) -> Ranked:
        """Encode the message and its parts in one batch, then look each up."""
        found = retrieve(text, self._index, self._encoder, threshold=0.0, limit=RANKED, **WHERE)
        return [(match.template_id, match.probability) for match in found.matches]

    def search_vector(self, vector: Vector, text: str, *, documents: int) -> None:  # type: ignore[override]
        """The parts need vectors of their own."""
