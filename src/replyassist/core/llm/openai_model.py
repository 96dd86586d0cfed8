"""A chat model behind any OpenAI-compatible endpoint, bounded in time, size and repeats."""

from __future__ import annotations

import asyncio
import ipaddress
import random
import threading
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import httpx2
from pydantic import ValidationError

from ..errors import ConfigurationError, LanguageModelError, LanguageModelTimeout, UnusableAnswer
from .port import FREE, CallOptions, ChatMessage, Completion, Generation, ModelCall, Prices
from .session import BoundedClient, EndpointTime, Session
from .wire import CompletionResponse, RefusedRequest, TransientFailure, body_of, cut

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

CONNECT_SECONDS = 5.0
LONGEST_BACKOFF_SECONDS = 8.0
REFUSED_STATUSES = (400, 422)
TRANSIENT_STATUSES = (408, 425, 429)
REASON_LIMIT = 200


class OpenAIChatModel:
    """Any endpoint that speaks ``/chat/completions``. Thread-safe; ``close()`` ends its thread and connections.

    ``timeout_seconds`` bounds one attempt, ``deadline_seconds`` a whole ``generate`` with its repeats and its waiting
    for one of the ``concurrency`` places. Connection errors, 429 and 5xx are repeated ``retries`` times, after
    ``backoff_seconds`` that double each time; a timeout is not, because a slow model does not get faster by being
    asked twice. No request asks for more than ``choices_per_request`` candidates. Candidates that came before a
    failure are kept.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str = "",
        profile: str = "chat",
        timeout_seconds: float = 30.0,
        deadline_seconds: float | None = None,
        retries: int = 1,
        backoff_seconds: float = 0.5,
        concurrency: int = 4,
        choices_per_request: int = 16,
        prices: Prices = FREE,
    ) -> None:
        self._base_url, self._key, self._model, self._profile = base_url, api_key.strip(), model, profile
        self._endpoint = _endpoint(base_url)
        if not (self._key.isascii() and self._key.isprintable()):
            raise ConfigurationError("the language model's API key holds characters that no HTTP header can carry")
        self._timeout_seconds = timeout_seconds
        self._deadline_seconds = deadline_seconds or timeout_seconds * (retries + 1)
        self._retries, self._backoff_seconds = retries, backoff_seconds
        self._concurrency, self._choices_per_request = concurrency, choices_per_request
        self._prices = prices
        self._without: frozenset[str] = frozenset()
        # Imported now, because that takes a second, which the first call's deadline may not have.
        from openai import AsyncOpenAI

        self._client_class = AsyncOpenAI
        self._lock = threading.Lock()
        self._session: Session | None = None

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self._model

    @property
    def profile(self) -> str:
        """As configured: the name of an entry of ``prompts/profiles.yaml``."""
        return self._profile

    def generate(self, messages: Sequence[ChatMessage], **options: Unpack[CallOptions]) -> Generation:
        """Up to ``candidates`` completions; raises LanguageModelError or LanguageModelTimeout when there is none."""
        call, spent = ModelCall(messages, **options), EndpointTime()
        answers = self._answers(call, spent)
        choices = [choice for answer in answers for choice in answer.choices][: call.candidates]
        texts = [(cut(choice.message.content or "", call.stop), choice.finish_reason or "none") for choice in choices]
        completions = tuple(Completion(text, reason) for text, reason in texts if text)
        if not completions:
            reasons = ", ".join(sorted({self._clean(reason) for _, reason in texts}))
            empty = UnusableAnswer(f"{self._endpoint} answered with empty text (finish reason: {reasons})")
            empty.micro_usd = self._prices.micro_usd(*_tokens(answers))
            raise empty
        read, written = _tokens(answers)
        return Generation(
            completions=completions,
            model=answers[0].model or self._model,
            prompt_tokens=read,
            completion_tokens=written,
            seconds=spent.seconds,
            micro_usd=self._prices.micro_usd(read, written),
        )

    def close(self) -> None:
        """Cancel what runs and let go of thread and connections; the next ``generate`` opens them again."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.close()

    def _answers(self, call: ModelCall, spent: EndpointTime) -> list[CompletionResponse]:
        """What comes within the time: at least one answer, else the error."""
        seconds = self._deadline_seconds if call.deadline_seconds is None else call.deadline_seconds
        answers: list[CompletionResponse] = []
        session = self._opened()
        try:
            session.run(self._collect(session, call, answers, spent), seconds=seconds)
        except TimeoutError:
            if not answers:
                raise self._timeout(seconds) from None
        except LanguageModelError:
            if not answers:
                raise
        return list(answers)

    def _opened(self) -> Session:
        with self._lock:
            if self._session is None:
                self._session = Session(self._client(), concurrency=self._concurrency)
                weakref.finalize(self, self._session.close)
            return self._session

    def _client(self) -> AsyncOpenAI:
        client = self._client_class(
            base_url=self._base_url,
            # Never empty: the client would take the one in OPENAI_API_KEY, which is not meant for this endpoint.
            api_key=self._key or "none",
            max_retries=0,
            default_headers={"Accept-Encoding": "identity"},
            http_client=BoundedClient(
                timeout=httpx2.Timeout(self._timeout_seconds, connect=min(CONNECT_SECONDS, self._timeout_seconds)),
                trust_env=not _is_loopback(self._base_url),
            ),
        )
        client.organization = client.project = None
        return client

    async def _collect(
        self, session: Session, call: ModelCall, answers: list[CompletionResponse], spent: EndpointTime
    ) -> None:
        """Ask until there are enough candidates: once where the endpoint knows ``n``, else once for each."""
        wanted = call.candidates
        while wanted > 0:
            size = 1 if "n" in self._without else min(wanted, self._choices_per_request)
            answer = await self._ask(session, call, size, spent)
            answers.append(answer)
            if size > 1 and len(answer.choices) == 1:
                self._without |= {"n"}
            wanted -= len(answer.choices)

    async def _ask(self, session: Session, call: ModelCall, size: int, spent: EndpointTime) -> CompletionResponse:
        """One answer; a parameter that the endpoint refuses is left out, and for good once that has helped."""
        without = self._without
        while True:
            body = body_of(call, self._model, size, without)
            try:
                answer = await self._attempts(session, body, spent)
            except RefusedRequest as refusal:
                parameter = refusal.blames(body)
                if parameter is None:
                    raise
                without |= {parameter}
            else:
                self._without |= without
                return answer

    async def _attempts(self, session: Session, body: dict[str, Any], spent: EndpointTime) -> CompletionResponse:
        attempt = 0
        while True:
            try:
                async with session.places, asyncio.timeout(self._timeout_seconds), spent:
                    return await self._post(session.client, body)
            except TimeoutError:
                raise self._timeout(self._timeout_seconds) from None
            except TransientFailure as failure:
                if attempt == self._retries or failure.retry_after > LONGEST_BACKOFF_SECONDS:
                    raise
                await asyncio.sleep(max(failure.retry_after, _backoff(self._backoff_seconds, attempt)))
                attempt += 1

    async def _post(self, client: AsyncOpenAI, body: dict[str, Any]) -> CompletionResponse:
        import openai

        try:
            response = await client.chat.completions.with_raw_response.create(**body)
        except openai.APIStatusError as error:
            raise self._status_error(error) from None
        except openai.APIConnectionError as error:
            if isinstance(error, openai.APITimeoutError) and not isinstance(error.__cause__, httpx2.ConnectTimeout):
                raise TimeoutError from None
            cause = type(error.__cause__ or error).__name__
            raise TransientFailure(f"{self._endpoint} cannot be reached: {cause}") from None
        except openai.OpenAIError as error:
            raise LanguageModelError(f"{self._endpoint} cannot be asked: {self._clean(error)}") from None
        return self._parsed(response.content)

    def _parsed(self, content: bytes) -> CompletionResponse:
        try:
            answer = CompletionResponse.model_validate_json(content)
        except ValidationError:
            kind = "an HTML page" if content.lstrip()[:1] == b"<" else "something"
            raise LanguageModelError(f"{self._endpoint} answered with {kind} that is no chat completion") from None
        if not answer.choices:
            reason = f": {self._clean(answer.error)}" if answer.error else ""
            without = UnusableAnswer(f"{self._endpoint} answered without any candidate{reason}")
            without.micro_usd = self._prices.micro_usd(*_tokens([answer]))
            raise without
        return answer

    def _status_error(self, error: APIStatusError) -> LanguageModelError:
        status, body = error.status_code, error.body
        reason = self._clean(body.get("message") or body) if isinstance(body, dict) else "no reason given"
        detail = f"{self._endpoint} answered with status {status}: {reason}"
        if status in REFUSED_STATUSES:
            return RefusedRequest(detail, reason=reason, parameter=error.param)
        if status in TRANSIENT_STATUSES or status >= 500:
            return TransientFailure(detail, retry_after=_seconds(error.response.headers.get("retry-after")))
        return UnusableAnswer(detail)

    def _timeout(self, seconds: float) -> LanguageModelTimeout:
        return LanguageModelTimeout(f"{self._endpoint} did not answer within {seconds:g} s")

    def _clean(self, words: object) -> str:
        """An endpoint's words for our error text: one short line, without the API key, which some of them echo."""
        text = " ".join(str(words).split())
        return (text.replace(self._key, "***") if self._key else text)[:REASON_LIMIT]


def _endpoint(base_url: str) -> str:
    """How error texts name the endpoint: by host and port, never with a path or a password."""
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL:
        raise ConfigurationError("the language model's address is malformed") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigurationError("the language model's address must be a full one, with http:// or https://")
    return f"the language model at {url.host}:{url.port}" if url.port else f"the language model at {url.host}"


def _tokens(answers: Sequence[CompletionResponse]) -> tuple[int, int]:
    """How many were read, and how many written."""
    return (
        sum(answer.tokens("prompt_tokens") for answer in answers),
        sum(answer.tokens("completion_tokens") for answer in answers),
    )


def _is_loopback(base_url: str) -> bool:
    """Whether the endpoint is on this machine, where no proxy of the environment applies."""
    host = httpx2.URL(base_url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _backoff(first: float, attempt: int) -> float:
    """Doubles up to eight seconds; up to half of it is left to chance, so that clients do not come back as one."""
    longest = min(first * 2.0**attempt, LONGEST_BACKOFF_SECONDS)
    return longest * random.SystemRandom().uniform(0.5, 1.0)


def _seconds(header: str | None) -> float:
    """A Retry-After in seconds; 0 for none and for a date."""
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0
