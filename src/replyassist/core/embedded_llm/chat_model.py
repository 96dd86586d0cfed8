"""The chat model over the embedded process: starts it when it is needed, and once more when it died."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from typing import Unpack

from ..llm import CallOptions, ChatMessage, Generation, OpenAIChatModel
from ..llm.wire import TransientFailure
from .process import START_SECONDS, EmbeddedLanguageModel

PROFILE = "chat-small"
NOTICE_SECONDS = 0.5
WARM_SECONDS = 300.0
# llama.cpp reads these in a prompt as what they are called, whoever wrote them; with a space they are plain text.
# ChatML, Llama 3, Phi and DeepSeek (with wide bars); Gemma and Llama 2; tools and thoughts of several; Mistral.
CONTROL_TOKEN = re.compile(
    r"<(?=[|｜][^<>]{1,64}[|｜]>"
    r"|(?:/?s|bos|eos|pad|unk|mask|2mass|unused\d+|(?:start|end)_of_\w+|\[?@?BOS@?\]?)>"
    r"|/?(?:think|tools?|tool_\w+)>)"
    r"|\[(?=/?(?:INST|THINK|ARGS|CALL_ID|IMG\w*|PREFIX|MIDDLE|SUFFIX|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_\w+)\])"
)


class EmbeddedChatModel:
    """The model of the embedded process. Thread-safe.

    One candidate is written at a time: on two cores one to four at once took 2.2, 4.5, 6.5 and 7.9 s (40 tokens each),
    and llama.cpp forgets warm prompts where it copies one to several slots. So a deadline leaves the candidates that
    were done. Without a deadline of its own a call may take ``timeout_seconds`` and the time of a start.
    """

    def __init__(self, server: EmbeddedLanguageModel, *, profile: str = PROFILE, timeout_seconds: float = 30.0) -> None:
        self._server, self._profile, self._timeout_seconds = server, profile, timeout_seconds
        self._lock = threading.Lock()
        self._client: tuple[str, OpenAIChatModel] | None = None

    @property
    def name(self) -> str:
        """The embedded model."""
        return self._server.name

    @property
    def server(self) -> EmbeddedLanguageModel:
        """The process behind it."""
        return self._server

    @property
    def profile(self) -> str:
        """As configured: the name of an entry of ``prompts/profiles.yaml``."""
        return self._profile

    def generate(self, messages: Sequence[ChatMessage], **options: Unpack[CallOptions]) -> Generation:
        """Up to ``candidates`` completions; raises LanguageModelError or LanguageModelTimeout when there is none."""
        patience = options.get("deadline_seconds")
        ends = time.monotonic() + (START_SECONDS + self._timeout_seconds if patience is None else patience)
        harmless = [ChatMessage(message.role, as_plain_text(message.content)) for message in messages]

        def attempt(url: str) -> Generation:
            left: CallOptions = {**options, "deadline_seconds": ends - time.monotonic()}
            return self._client_at(url).generate(harmless, **left)

        url = self._server.start(seconds=ends - time.monotonic())
        try:
            return attempt(url)
        except TransientFailure:
            if not self._server.has_left(url, within=NOTICE_SECONDS):
                raise
        return attempt(self._server.start(seconds=ends - time.monotonic()))

    def warm(self, messages: Sequence[ChatMessage], *, deadline_seconds: float = WARM_SECONDS) -> Generation:
        """Read a prompt's beginning, so that later requests that begin alike read only what is new to them.

        Requests wait meanwhile, so this is for the time before the first. Raises what ``generate()`` raises; the whole
        batches of 512 tokens that were read by then stay read.
        """
        # Two tokens, for an empty text would be an error and the first may be a space.
        return self.generate(messages, candidates=1, max_tokens=2, temperature=0.0, deadline_seconds=deadline_seconds)

    def close(self) -> None:
        """Let go of connections; the process is the server's to stop."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client[1].close()

    def _client_at(self, base_url: str) -> OpenAIChatModel:
        """One client for each address: a child that was started again listens elsewhere."""
        with self._lock:
            if self._client is None or self._client[0] != base_url:
                client = OpenAIChatModel(
                    base_url=base_url,
                    model=self._server.name,
                    api_key=self._server.api_key,
                    profile=self._profile,
                    timeout_seconds=WARM_SECONDS,  # the deadline of each call is what bounds it
                    retries=1,
                    concurrency=1,
                    choices_per_request=1,
                )
                self._client = (base_url, client)
            return self._client[1]


def as_plain_text(text: str) -> str:
    """The text with a space in whatever a tokenizer might take for a control token."""
    return CONTROL_TOKEN.sub(r"\g<0> ", text)
