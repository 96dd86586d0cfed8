"""Traces for operators: how long each part of a message's way took, over processes and restarts.

Without an exporter every call here does next to nothing. No span holds a person's text: attributes are ids, names of
our own parts and figures.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import ConfigurationError

Value = str | int | float | bool
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
NAME = "replyassist"
MESSAGE = "message"

_provider: trace.TracerProvider = trace.NoOpTracerProvider()
_key = b""


def _every_one(_: int) -> bool:
    return True


_is_sampled: Callable[[int], bool] = _every_one
_given_ids: ContextVar[SpanContext | None] = ContextVar("given_ids", default=None)


def configure_tracing(key: str, *, version: str) -> Callable[[], None]:
    """Export spans where the standard variables of OpenTelemetry name an endpoint; returns what sends the last ones.

    ``key`` is the deployment's secret (see ``message_taken_in``). The SDK reads its own variables besides, such as
    ``OTEL_SERVICE_NAME`` and ``OTEL_TRACES_SAMPLER``. Raises ConfigurationError where an endpoint is named and the
    extra ``traces`` is not installed.
    """
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigurationError(
            f"{ENDPOINTS[1]} asks for traces, which need the extra: pip install replyassist[traces]"
        ) from error
    return export_to(BatchSpanProcessor(OTLPSpanExporter()), key, version=version)


def export_to(processor: object, key: str, *, version: str = "") -> Callable[[], None]:
    """Hand every span that ends to a processor of the SDK; returns what ends that."""
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
    from opentelemetry.sdk.trace.sampling import Decision

    class TraceIds(RandomIdGenerator):
        """Random, but for the first span of a message."""

        def generate_trace_id(self) -> int:
            given = _given_ids.get()
            return given.trace_id if given else super().generate_trace_id()

        def generate_span_id(self) -> int:
            given = _given_ids.get()
            return given.span_id if given else super().generate_span_id()

    global _provider, _key, _is_sampled
    assert isinstance(processor, SpanProcessor)
    name = os.environ.get("OTEL_SERVICE_NAME") or NAME
    resource = Resource.create({SERVICE_NAME: name, SERVICE_VERSION: version})
    provider = TracerProvider(resource=resource, id_generator=TraceIds(), shutdown_on_exit=False)
    provider.add_span_processor(processor)
    first = trace.set_span_in_context(trace.INVALID_SPAN)

    def is_sampled(trace_id: int) -> bool:
        """What the sampler says of the first span, asked again: another process may have made that one."""
        return provider.sampler.should_sample(first, trace_id, MESSAGE).decision is Decision.RECORD_AND_SAMPLE

    _provider, _key, _is_sampled = provider, hashlib.blake2b(key.encode()).digest(), is_sampled

    def end() -> None:
        global _provider  # noqa: PLW0603 - one provider a process, as OpenTelemetry has it
        _provider = trace.NoOpTracerProvider()
        provider.shutdown()

    return end


def is_tracing() -> bool:
    """Whether spans go anywhere."""
    return not isinstance(_provider, trace.NoOpTracerProvider)


@contextmanager
def span(name: str, kind: SpanKind = SpanKind.INTERNAL, **attributes: Value | None) -> Iterator[Span]:
    """A span below the present one. What is raised marks it as failed by its class alone: words may quote people."""
    with _started(name, kind, attributes) as current:
        yield current


def note(**attributes: Value | None) -> None:
    """Say more of the present span."""
    trace.get_current_span().set_attributes(_told(attributes))


def message_taken_in(message_id: int, **attributes: Value) -> None:
    """The first span of a message's trace, linked with the request that brought it.

    The ids of trace and span are made of the deployment's secret and the message's id, so that every job that
    concerns it finds them again without storing anything, in whatever process and however much later.
    """
    if not is_tracing():
        return
    ids = _ids(message_id)
    links = [trace.Link(trace.get_current_span().get_span_context())]
    token = _given_ids.set(ids)
    try:
        first = _tracer().start_span(MESSAGE, context=trace.set_span_in_context(trace.INVALID_SPAN), links=links)
        first.set_attributes(_told(attributes | {"message_id": message_id}))
        first.end()
    finally:
        _given_ids.reset(token)


@contextmanager
def message_span(message_id: int, name: str, **attributes: Value) -> Iterator[Span]:
    """A span in the trace of a message; not recorded where the sampler left out the message's first."""
    parent = trace.set_span_in_context(NonRecordingSpan(_ids(message_id)))
    with _started(name, SpanKind.CONSUMER, attributes | {"message_id": message_id}, parent) as current:
        yield current


@contextmanager
def _started(
    name: str, kind: SpanKind, attributes: Mapping[str, Value | None], parent: Context | None = None
) -> Iterator[Span]:
    with _tracer().start_as_current_span(
        name,
        context=parent,
        kind=kind,
        attributes=_told(attributes),
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _told(attributes: Mapping[str, Value | None]) -> dict[str, Value]:
    return {f"{NAME}.{name}": value for name, value in attributes.items() if value is not None}


def _ids(message_id: int) -> SpanContext:
    digest = hashlib.blake2b(str(message_id).encode(), key=_key, digest_size=24).digest()
    trace_id, span_id = int.from_bytes(digest[:16]), int.from_bytes(digest[16:])
    flags = TraceFlags.SAMPLED if _is_sampled(trace_id) else TraceFlags.DEFAULT
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))


def _tracer() -> trace.Tracer:
    return _provider.get_tracer(NAME)


class TracedRequests:
    """ASGI middleware: a span for each request, named by its route; path, query and body stay out of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or not is_tracing():
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        with span(method, SpanKind.SERVER) as current:

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    current.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        current.set_status(Status(StatusCode.ERROR))
                await send(message)

            current.set_attribute("http.request.method", method)
            await self._app(scope, receive, noted)
            route = getattr(scope.get("route"), "path", None)
            if route:
                current.set_attribute("http.route", route)
                current.update_name(f"{method} {route}")
