"""Reads a template and a message together with the lower layers of the embedded chat model, which write nothing."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence

import httpx2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from ..errors import LanguageModelError, LanguageModelTimeout
from ..pair_reading import TextPair
from .chat_model import as_plain_text
from .process import EmbeddedLanguageModel
from .weights import LAYERS_READ, WEIGHTS_SHA256

PROMPT = (
    "<|im_start|>user\nA company has this text for customers:\n{title}\n{reply}\n\nA customer asks:\n{message}\n\n"
    "Does the text say what this customer wants to know? Answer Yes or No.<|im_end|>\n<|im_start|>assistant\n"
)
LONGEST_REPLY, LONGEST_MESSAGE = 3000, 1500
"""Characters of each that are read: about 1,200 tokens of the 2,048 that there is room for."""
READ_SECONDS = 45.0  # one pair: 150 tokens take 1.1 s on two idle cores, and ten times that on busy ones
WAIT_SECONDS = 120.0  # for the pairs of others, which are read one after the other
START_SECONDS = 60.0


class _Embedding(BaseModel):
    embedding: list[float]


class _Embeddings(BaseModel):
    data: list[_Embedding]


class EmbeddedPairReader:
    """The process of the model's lower layers, started when it is needed. Thread-safe: one pair is read at a time."""

    def __init__(self, server: EmbeddedLanguageModel) -> None:
        self._server = server
        self._lock = threading.Lock()

    @property
    def digest(self) -> str:
        """Of the weights, the layers and the prompt."""
        return hashlib.sha256(f"{WEIGHTS_SHA256} {LAYERS_READ} {PROMPT}".encode()).hexdigest()

    def read(self, pairs: Sequence[TextPair]) -> NDArray[np.float32]:
        """What the last layer that is read makes of each prompt's end: shape (pairs, 1536), each of length 1."""
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise LanguageModelTimeout(f"the reading model was not free within {WAIT_SECONDS:g} s")
        try:
            url = self._server.start(seconds=START_SECONDS)
            rows = [self._vector(url, prompt_of(pair)) for pair in pairs]
        finally:
            self._lock.release()
        found = np.array(rows, dtype=np.float32)
        unit: NDArray[np.float32] = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
        return unit

    def _vector(self, url: str, prompt: str) -> list[float]:
        try:
            response = httpx2.post(
                f"{url}/embeddings",
                json={"input": prompt, "encoding_format": "float"},
                headers={"Authorization": f"Bearer {self._server.api_key}"},
                timeout=READ_SECONDS,
                trust_env=False,
            )
            response.raise_for_status()
            return _Embeddings.model_validate_json(response.content).data[0].embedding
        except httpx2.TimeoutException:
            raise LanguageModelTimeout(f"the reading model did not answer within {READ_SECONDS:g} s") from None
        except (httpx2.HTTPError, ValidationError, IndexError) as error:
            raise LanguageModelError(f"the reading model cannot be asked: {type(error).__name__}") from None


def prompt_of(pair: TextPair) -> str:
    """What the model reads; nothing in it but the layout is a control token, and the customer's words come last."""
    return PROMPT.format(
        title=as_plain_text(pair.title),
        reply=as_plain_text(pair.reply[:LONGEST_REPLY]),
        message=as_plain_text(pair.message[:LONGEST_MESSAGE]),
    )
