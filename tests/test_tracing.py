"""A message's way as operators see it in traces: one trace, whichever process did what, and no word of anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from replyassist.core.errors import LanguageModelError
from replyassist.core.tracing import (
    TracedRequests,
    configure_tracing,
    export_to,
    is_tracing,
    message_span,
    message_taken_in,
    span,
)
from replyassist.job_tracing import traced
from replyassist.review.repository import find_by_message
from replyassist.testing import FakeChatModel
from tests.review.test_decisions import approve
from tests.test_worker import worker
from tests.world import World


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    end = export_to(SimpleSpanProcessor(kept), "a secret")
    yield kept
    end()


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {each.name: each for each in exporter.get_finished_spans()}


def trace_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.trace_id)


def go_the_whole_way(world: World) -> None:
    """Take in, draft, approve and send, each job as the runner would call it."""
    message_id, work = world.message(text="do you ship to Norway? mail me: tom@home.example"), worker(world)
    handlers = traced({"draft": work.draft, "deliver": work.deliver}, world.database)
    handlers["draft"](*world.jobs.take("draft").arguments)
    with world.database.reading() as session:
        item = find_by_message(session, message_id)
    assert item is not None
    approve(world, world.person(), item)
    world.clock.advance(seconds=60)
    handlers["deliver"](*world.jobs.take("deliver").arguments)


def test_a_message_has_one_trace_from_intake_to_sending(world: World, exporter: InMemorySpanExporter) -> None:
    go_the_whole_way(world)
    found = by_name(exporter)
    assert {"message", "draft", "propose", "triage", "chat", "deliver", "send"} <= set(found)
    first = found["message"]
    assert first.parent is None
    assert {trace_of(each) for each in found.values()} == {trace_of(first)}
    for job in ("draft", "deliver"):
        parent = found[job].parent
        assert parent is not None
        assert first.context is not None
        assert parent.span_id == first.context.span_id
    assert dict(found["send"].attributes or {}) == {
        "replyassist.platform": "file",
        "replyassist.attempt": 0,
        "replyassist.outcome": "sent",
    }


@pytest.mark.parametrize(
    ("sampler", "ratio", "least", "most"),
    [
        ("parentbased_traceidratio", "0.0", 0, 0),
        ("parentbased_traceidratio", "0.5", 1, 39),
        ("parentbased_traceidratio", "1.0", 40, 40),
        ("traceidratio", "0.5", 1, 39),
        ("parentbased_always_off", "", 0, 0),
    ],
)
def test_a_message_is_traced_whole_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, sampler: str, ratio: str, least: int, most: int
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", ratio)
    kept = InMemorySpanExporter()
    end = export_to(SimpleSpanProcessor(kept), "a secret")
    try:
        for message_id in range(40):
            message_taken_in(message_id)
            with message_span(message_id, "draft"), span("propose"):
                pass
    finally:
        end()
    spans = Counter(trace_of(each) for each in kept.get_finished_spans())
    assert set(spans.values()) <= {3}
    assert least <= len(spans) <= most


def test_no_span_holds_a_word_of_anybody(world: World, exporter: InMemorySpanExporter) -> None:
    go_the_whole_way(world)
    said = " ".join(each.to_json() for each in exporter.get_finished_spans())
    for word in ("Norway", "tom@home.example", "tom.k", "countries", "working days"):
        assert word not in said


def test_messages_have_traces_of_their_own(world: World, exporter: InMemorySpanExporter) -> None:
    world.message(), world.message()
    first, second = exporter.get_finished_spans()
    assert trace_of(first) != trace_of(second)


def test_an_error_is_told_by_its_class_alone(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(LanguageModelError), span("chat"):
        raise LanguageModelError("it said: call me on 0161 496 0000")
    (failed,) = exporter.get_finished_spans()
    assert (failed.status.status_code, failed.status.description) == (StatusCode.ERROR, "LanguageModelError")
    assert "0161" not in failed.to_json()


def test_a_model_that_fails_is_marked_in_the_trace(world: World, exporter: InMemorySpanExporter) -> None:
    world.message()
    work = worker(world, FakeChatModel(error=LanguageModelError("down")))
    traced({"draft": work.draft}, world.database)["draft"](*world.jobs.take("draft").arguments)
    assert by_name(exporter)["chat"].status.status_code is StatusCode.ERROR
    assert by_name(exporter)["propose"].status.status_code is StatusCode.UNSET


def test_a_request_is_named_by_its_route_and_its_question_left_out(exporter: InMemorySpanExporter) -> None:
    app = FastAPI()

    @app.get("/v1/reviews/{item_id}")
    def read(item_id: int) -> dict[str, int]:
        return {"id": item_id}

    app.add_middleware(TracedRequests)
    TestClient(app).get("/v1/reviews/7?q=tom@home.example")
    (request,) = exporter.get_finished_spans()
    assert request.name == "GET /v1/reviews/{item_id}"
    assert dict(request.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/v1/reviews/{item_id}",
    }


def test_a_job_that_is_about_no_message_has_a_trace_of_its_own(world: World, exporter: InMemorySpanExporter) -> None:
    traced({"pull": lambda *_: None}, world.database)["pull"](1, 0)
    assert by_name(exporter)["pull"].parent is None


def test_without_an_endpoint_nothing_is_traced(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    configure_tracing("a secret", version="1")()
    assert not is_tracing()
    go_the_whole_way(world)


def test_spans_leave_for_the_endpoint_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, httpserver: SimpleNamespace
) -> None:
    httpserver.expect_request("/v1/traces", method="POST").respond_with_data(b"")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", httpserver.url_for("").rstrip("/"))
    end = configure_tracing("a secret", version="1")
    with span("draft"):
        pass
    end()
    assert len(httpserver.log) == 1
    assert b"draft" in httpserver.log[0][0].get_data()
