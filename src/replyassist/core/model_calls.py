"""Calls of a sentence-transformers model: batches with little padding, cores shared by calls that run at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ConfigurationError
from .words import Reading, depths_in, watch_layers, words_in

Vectors = NDArray[np.float32]
BATCH_SIZE = 64
PAIRS_AT_ONCE = 16
CALL_COST = 25  # what each forward pass costs, in word pieces: measured with all-MiniLM-L6-v2 on one core and on two
COUNTED_TOGETHER = 1000
LONGEST = 2000  # characters; what is longer is cut by most models, and costs no more


class Cores:
    """Shares torch's threads out among the passes that run at once: pools that fight for cores halve each other."""

    def __init__(self, threads: int = 0) -> None:
        """``threads``: how many there are; 0 for those that torch has when the first pass begins."""
        self._lock = threading.Lock()
        self._running = 0
        self._all = threads

    @contextmanager
    def shared(self) -> Iterator[None]:
        """For one pass in the calling thread, to which alone torch's setting applies."""
        import torch

        with self._lock:
            self._all = self._all or torch.get_num_threads()
            self._running += 1
            share = max(1, self._all // self._running)
        try:
            if torch.get_num_threads() != share:
                torch.set_num_threads(share)
            yield
        finally:
            with self._lock:
                self._running -= 1


_CORES = Cores()


def alike_in_length(lengths: Sequence[int], *, most: int = BATCH_SIZE, call_cost: int = CALL_COST) -> list[list[int]]:
    """Places of the texts in batches of at most ``most``, so that little is padded; the shortest texts first.

    A batch costs its longest text times its size, and ``call_cost`` once; of all ways to cut the texts, sorted by
    length, into batches this is the cheapest (dynamic programming over where the last batch begins).
    """
    order = np.argsort(lengths, kind="stable")
    widths = np.asarray(lengths)[order]
    costs = np.zeros(len(order) + 1)
    begins = np.zeros(len(order) + 1, dtype=np.int64)
    for end in range(1, len(order) + 1):
        first = max(0, end - most)
        sizes = np.arange(end - first, 0, -1)
        totals = costs[first:end] + call_cost + sizes * widths[end - 1]
        best = int(np.argmin(totals))
        costs[end], begins[end] = totals[best], first + best
    batches: list[list[int]] = []
    end = len(order)
    while end:
        batches.append(order[begins[end] : end].tolist())
        end = int(begins[end])
    return batches[::-1]


def lengths(model: Any, texts: Sequence[str]) -> list[int]:
    """Word pieces of each text as the model reads it; from one that does not say, a quarter of the characters."""
    if len(texts) < 2:
        return [1] * len(texts)
    counts: list[int] = []
    for start in range(0, len(texts), COUNTED_TOGETHER):
        some = list(texts[start : start + COUNTED_TOGETHER])
        mask = model.preprocess(some).get("attention_mask")
        counts += [min(len(text), LONGEST) // 4 for text in some] if mask is None else mask.sum(dim=1).tolist()
    return counts


def embed(model: Any, texts: list[str]) -> Vectors:
    """The vectors of one batch: what the model's own ``encode`` does for plain texts, without its overhead per call.

    A model with a prompt of its own or shortened vectors goes the whole way.
    """
    if _is_special(model):
        whole = model.encode(texts, batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(whole, dtype=np.float32)
    return _normal(_forward(model, texts))


def read_words(model: Any, texts: list[str]) -> list[Reading]:
    """As ``embed``, and what the model makes of each word piece; without words from one that goes the whole way."""
    if _is_special(model):
        return [Reading(vector) for vector in embed(model, texts)]
    found = _forward(model, texts)
    told = zip(_normal(found), words_in(found, model, texts), depths_in(found), strict=True)
    return [Reading(*one) for one in told]


def _is_special(model: Any) -> bool:
    return model.default_prompt_name is not None or model.truncate_dim is not None


def _forward(model: Any, texts: list[str]) -> Any:
    import torch

    with torch.inference_mode(), _CORES.shared():
        return model(model.preprocess(texts))


def _normal(found: Any) -> Vectors:
    import torch

    normal = torch.nn.functional.normalize(found["sentence_embedding"], p=2, dim=1)
    return np.asarray(normal.float().numpy(), dtype=np.float32)


def relations(model: Any, pairs: list[tuple[str, str]]) -> Vectors:
    """What a CrossEncoder makes of pairs: a probability for each of its labels, shape (len(pairs), labels)."""
    import torch

    with _CORES.shared():
        found = model.predict(
            pairs,
            batch_size=PAIRS_AT_ONCE,
            activation_fn=torch.nn.Identity(),
            apply_softmax=True,
            show_progress_bar=False,
        )
    return np.asarray(found, dtype=np.float32)


def load_cross_encoder(source: str) -> Any:
    """The CrossEncoder with this name or in this folder; raises whatever sentence-transformers does."""
    from sentence_transformers import CrossEncoder

    _keep_quiet()
    return CrossEncoder(source, device="cpu", local_files_only=Path(source).is_dir()).eval()


def load(source: str) -> Any:
    """The model with this name or in this folder, watched; raise ConfigurationError when it cannot be loaded."""
    from sentence_transformers import SentenceTransformer

    _keep_quiet()
    try:
        model = SentenceTransformer(source, device="cpu").eval()
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the encoder '{source}' cannot be loaded ('minilm' and 'mpnet' need no network): {error}"
        ) from error
    watch_layers(model)
    return model


def _keep_quiet() -> None:
    """No progress bar of weights that are loaded."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers has no types here
