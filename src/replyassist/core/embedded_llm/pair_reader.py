"""Reads a template and a message together with the lower layers of the embedded chat model, which write nothing."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, TypeAdapter, ValidationError

from ..errors import LanguageModelError, LanguageModelTimeout
from ..pair_reading import TextPair
from .chat_model import as_plain_text
from .process import EmbeddedLanguageModel
from .weights import reader_digest

PROMPT = (
    "<|im_start|>user\nA company has this text for customers:\n{title}\n{reply}\n\nA customer asks:\n{message}\n\n"
    "Does the text say what this customer wants to know? Answer Yes or No.<|im_end|>\n<|im_start|>assistant\n"
)
SENTENCE_PROMPT = "<|im_start|>user\nA customer asks:\n{message}\n\nA company has this text for customers:\n{title}\n"
YES_OR_NO = "Is the answer to this customer yes or no? Answer Yes, No or Neither.<|im_end|>\n<|im_start|>assistant\n"
LONGEST_REPLY, LONGEST_MESSAGE = 3000, 1500
"""Characters of each that are read: about 1,200 tokens of the 2,048 that there is room for."""
READ_SECONDS = 45.0  # one pair: 150 tokens take 1.1 s on two idle cores, and ten times that on busy ones
WAIT_SECONDS = 120.0  # for the pairs of others, which are read one after the other
START_SECONDS = 60.0
Vectors = NDArray[np.float32]


class _Token(BaseModel):
    id: int
    piece: str | list[int]

    @property
    def size(self) -> int:
        """Bytes of the text that it stands for; a part of a letter is told in bytes."""
        return len(self.piece.encode()) if isinstance(self.piece, str) else len(self.piece)


class _Tokens(BaseModel):
    tokens: list[_Token]


class _Embedding(BaseModel):
    embedding: list[list[float]]


_EMBEDDINGS = TypeAdapter(list[_Embedding])


class EmbeddedPairReader:
    """The process of the model's lower layers, started when it is needed. Thread-safe: one pair is read at a time."""

    def __init__(self, server: EmbeddedLanguageModel) -> None:
        self._server = server
        self._lock = threading.Lock()

    @property
    def digest(self) -> str:
        """Of the weights and the prompts."""
        return hashlib.sha256(f"{reader_digest()} {PROMPT}{SENTENCE_PROMPT}{YES_OR_NO}".encode()).hexdigest()

    def read(self, pairs: Sequence[TextPair]) -> Vectors:
        """What the last layer that is read makes of each prompt's end: shape (pairs, 1536), each of length 1."""
        with self._ready() as url:
            return np.array([self._vectors(url, prompt_of(pair))[1][-1] for pair in pairs])

    def read_sentences(self, title: str, sentences: Sequence[str], message: str) -> Vectors:
        """What it makes of each sentence's end, and of the whole's: shape (sentences + 1, 1536), each of length 1."""
        parts = parts_of(title, sentences, message)
        with self._ready() as url:
            tokens, vectors = self._vectors(url, "".join(parts))
        ends_of_tokens = np.cumsum([token.size for token in tokens])
        ends_of_sentences = np.cumsum([len(part.encode()) for part in parts])[1:]
        return vectors[np.searchsorted(ends_of_tokens, ends_of_sentences)]

    @contextmanager
    def _ready(self) -> Iterator[str]:
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise LanguageModelTimeout(f"the reading model was not free within {WAIT_SECONDS:g} s")
        try:
            yield self._server.start(seconds=START_SECONDS).removesuffix("/v1")
        finally:
            self._lock.release()

    def _vectors(self, url: str, prompt: str) -> tuple[list[_Token], Vectors]:
        """The tokens of the prompt, and one vector of each."""
        try:
            asked = {"content": prompt, "parse_special": True, "with_pieces": True}
            tokens = _Tokens.model_validate_json(self._answer(f"{url}/tokenize", asked)).tokens
            answer = self._answer(f"{url}/embedding", {"content": [token.id for token in tokens]})
            found = np.array(_EMBEDDINGS.validate_json(answer)[0].embedding, dtype=np.float32)
        except httpx2.TimeoutException:
            raise LanguageModelTimeout(f"the reading model did not answer within {READ_SECONDS:g} s") from None
        except (httpx2.HTTPError, ValidationError, IndexError) as error:
            raise LanguageModelError(f"the reading model cannot be asked: {type(error).__name__}") from None
        if len(found) != len(tokens):
            raise LanguageModelError(f"the reading model read {len(found)} of {len(tokens)} tokens")
        return tokens, np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9))

    def _answer(self, url: str, asked: dict[str, object]) -> bytes:
        headers = {"Authorization": f"Bearer {self._server.api_key}"}
        response = httpx2.post(url, json=asked, headers=headers, timeout=READ_SECONDS, trust_env=False)
        response.raise_for_status()
        return response.content


def prompt_of(pair: TextPair) -> str:
    """What the model reads; nothing in it but the layout is a control token, and the customer's words come last."""
    return PROMPT.format(
        title=as_plain_text(pair.title),
        reply=as_plain_text(pair.reply[:LONGEST_REPLY]),
        message=as_plain_text(pair.message[:LONGEST_MESSAGE]),
    )


def parts_of(title: str, sentences: Sequence[str], message: str) -> tuple[str, ...]:
    """What it reads for the sentences: the customer's words and the title, sentence by sentence, and what is asked."""
    message, read, room = as_plain_text(message[:LONGEST_MESSAGE]), [], LONGEST_REPLY
    for sentence in sentences:
        room -= len(sentence)
        if room < 0:
            break
        read.append(f"{as_plain_text(sentence)}\n")
    return (SENTENCE_PROMPT.format(message=message, title=as_plain_text(title)), *read, YES_OR_NO)
