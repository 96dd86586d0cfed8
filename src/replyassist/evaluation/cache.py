"""Answers of language models kept on disk, so that a repeated run asks for nothing twice."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Unpack

from replyassist.core.digests import document_digest
from replyassist.core.errors import LanguageModelError
from replyassist.core.llm import CallOptions, ChatMessage, ChatModel, Completion, Generation, ModelCall


class GenerationCache:
    """One SQLite file, one row for each distinct request; threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with closing(self._connect()) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS generation (digest TEXT PRIMARY KEY, answer TEXT NOT NULL)")

    def get(self, digest: str) -> Generation | None:
        """What the model answered to this request the first time, or None."""
        with closing(self._connect()) as connection:
            row = connection.execute("SELECT answer FROM generation WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            return None
        answer = json.loads(row[0])
        completions = tuple(Completion(**completion) for completion in answer.pop("completions"))
        return Generation(completions=completions, **answer)

    def put(self, digest: str, generation: Generation) -> None:
        """Keep an answer."""
        answer = json.dumps(asdict(generation), ensure_ascii=False)
        with closing(self._connect()) as connection, connection:
            connection.execute("INSERT OR REPLACE INTO generation VALUES (?, ?)", (digest, answer))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        return connection


@dataclass
class Usage:
    """What the model was asked and what it cost, for one case.

    ``seconds`` are the model's own, of the first time where an answer came from the cache; ``failures`` counts calls
    that brought nothing. Token counts are the endpoint's, 0 where it reports none.
    """

    calls: int = 0
    cached: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    system_prompts: list[str] = field(default_factory=list)

    @property
    def was_cached(self) -> bool:
        """Whether every answer came from the cache."""
        return 0 < self.calls == self.cached


class MeteredModel:
    """Passes requests on, takes known answers from the cache, and counts into ``usage``.

    ``identity`` says which weights answer, where the name alone does not (the same name at two endpoints). A
    ``profile`` replaces that of the model. The digest of a request covers the identity, every message and every
    sampling parameter; the deadline only says how long to wait, and failures are never kept.
    """

    def __init__(
        self, inner: ChatModel, *, cache: GenerationCache | None = None, identity: str = "", profile: str = ""
    ) -> None:
        self._inner, self._cache = inner, cache
        self._identity, self._profile = identity or inner.name, profile or inner.profile
        self._lock = threading.Lock()
        self.usage = Usage()

    @property
    def name(self) -> str:
        """That of the model behind it."""
        return self._inner.name

    @property
    def profile(self) -> str:
        """The given one, else that of the model behind it."""
        return self._profile

    def generate(self, messages: Sequence[ChatMessage], **options: Unpack[CallOptions]) -> Generation:
        """The known answer, else the model's; raises what the model raises."""
        call = ModelCall(messages, **options)
        sampling = [call.candidates, call.max_tokens, call.temperature, list(call.stop)]
        sampling += ["json"] if call.as_json else []
        digest = document_digest([self._identity, [asdict(message) for message in messages], *sampling])
        known = self._cache.get(digest) if self._cache else None
        started = time.perf_counter()
        try:
            answer = known or self._inner.generate(messages, **options)
        except LanguageModelError:
            self._count(messages, None, seconds=time.perf_counter() - started)
            raise
        if known is None and self._cache:
            self._cache.put(digest, answer)
        self._count(messages, answer, seconds=answer.seconds, was_cached=known is not None)
        return answer

    def _count(
        self, messages: Sequence[ChatMessage], answer: Generation | None, *, seconds: float, was_cached: bool = False
    ) -> None:
        with self._lock:
            usage = self.usage
            usage.calls += 1
            usage.cached += was_cached
            usage.failures += answer is None
            usage.seconds += seconds
            usage.system_prompts += [message.content for message in messages if message.role == "system"]
            if answer is not None:
                usage.prompt_tokens += answer.prompt_tokens
                usage.completion_tokens += answer.completion_tokens
