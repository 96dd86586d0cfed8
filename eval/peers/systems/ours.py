"""Our own retrieval, called as the product calls it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Self

from encoder import BATCH_SIZE, MODEL, Encoder, Vector
from protocol import Ranked, Task

from replyassist.core.embedding import CachedEncoder, SentenceTransformerEncoder, Vectors
from replyassist.core.words import Reading, read, watch_layers, words_in
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.service import retrieve
from replyassist.retrieval.store.base import BaseFolder

RANKED = 10
WHERE: dict[str, Any] = {"channel": "import", "visibility": "public", "day": date(2026, 11, 22)}


class SharedReader:
    """The shared encoder behind our interface. What telling the words of a text takes beyond it counts as ours.

    Where only accuracy is measured, what was read once is kept.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.model_digest = SentenceTransformerEncoder(
            MODEL or "minilm"
        ).model_digest  # which tells the fit of this encoder
        self._encoder = encoder
        self._model: Any = None
        self._kept: dict[str, Reading] = {}

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._encoder.model.get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One batch."""
        return self._encoder.encode(texts)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Readings in batches of texts of like length."""
        found = dict(self._kept)
        missing = sorted((text for text in dict.fromkeys(texts) if text not in found), key=len)
        for start in range(0, len(missing), BATCH_SIZE):
            batch = missing[start : start + BATCH_SIZE]
            found |= zip(batch, self._batch(batch), strict=True)
        if self._encoder.has_known:
            self._kept = found
        return [found[text] for text in texts]

    def _batch(self, texts: Sequence[str]) -> list[Reading]:
        if self._model is None:
            self._model = self._encoder.model
            watch_layers(self._model)
        vectors, outputs = self._encoder.outputs(texts)
        return [Reading(*both) for both in zip(vectors, words_in(outputs, self._model, texts), strict=True)]


class Replyassist:
    """``TemplateIndex.search`` on the whole message: the calibrated probability is the score."""

    packages = ("replyassist", "faiss-cpu", "numpy", "scipy")

    def __init__(self, templates: list[dict[str, Any]], encoder: Encoder, home: Path) -> None:
        self._templates, self._home = templates, home
        self._encoder = SharedReader(encoder)
        self._reading: tuple[str, Reading] | None = None
        self._index = TemplateIndex(
            [ReplyTemplate.model_validate(template) for template in templates],
            CachedEncoder(self._encoder, home / "embeddings"),
            folder=BaseFolder(home, brand_id="peers", encoder=self._encoder.model_digest),
        )

    @classmethod
    def build(cls, task: Task, encoder: Encoder) -> Self:
        """An index over the templates; what the encoder says of them is kept on disk as the product keeps it."""
        return cls(task.templates, encoder, Path(tempfile.mkdtemp(dir=task.folder)))

    def save(self, folder: Path) -> None:
        """What is kept, and the templates, which a database holds in the product."""
        shutil.copytree(self._home, folder, dirs_exist_ok=True)
        (folder / "templates.json").write_text(json.dumps(self._templates), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> Self:
        """An index over the same templates, with nothing encoded again."""
        return cls(json.loads((folder / "templates.json").read_text(encoding="utf-8")), encoder, folder)

    def search(self, text: str, *, documents: int) -> Ranked:
        """Read, then look up."""
        reading = read(self._encoder, [text])[0]
        self._reading = (text, reading)
        return self._ranked(text, reading)

    def search_vector(self, vector: Vector, text: str, *, documents: int) -> Ranked | None:
        """The likeliest templates; the words of the text are those of the search just before."""
        words = self._reading[1].words if self._reading and self._reading[0] == text else None
        return self._ranked(text, Reading(vector, words))

    def _ranked(self, text: str, reading: Reading) -> Ranked:
        found = self._index.search(reading.vector, text=text, words=reading.words, limit=RANKED, **WHERE)
        return [(match.template_id, match.probability) for match in found]


class ReplyassistWithParts(Replyassist):
    """``retrieve``: the parts of a message that has several are looked up beside the whole."""

    def search(self, text: str, *, documents: int) -> Ranked:
        """Read the message and its parts in one batch, then look each up."""
        found = retrieve(text, self._index, self._encoder, threshold=0.0, limit=RANKED, **WHERE)
        return [(match.template_id, match.probability) for match in found.matches]

    def search_vector(self, vector: Vector, text: str, *, documents: int) -> None:
        """The parts need vectors of their own."""
