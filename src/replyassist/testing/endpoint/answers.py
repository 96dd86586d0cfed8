"""How a fake endpoint may behave, and the answers that do not depend on the request."""

from __future__ import annotations

import gzip
import json
from typing import Literal

Behaviour = Literal[
    "perfect",
    "no_n",  # one candidate, whatever was asked for
    "refuses_n",  # status 400 for a request with n
    "refuses_max_tokens",  # status 400 that names max_tokens, as OpenAI's reasoning models do
    "refuses_json",  # status 400 that names response_format
    "slow",  # silent for SLOW_SECONDS, then perfect
    "drip",  # a byte of the body now and then
    "drip_headers",  # a byte of the headers now and then
    "huge",  # 10 MB with status 200
    "huge_error",  # 10 MB with status 400
    "gzip",
    "not_json",
    "html",
    "empty",  # a candidate without text, and a bill
    "no_choices",  # status 200 with an error inside
    "error_400",
    "error_401",  # echoes the key, as some endpoints do
    "error_429",
    "error_500",
    "hang_up",  # closes the connection without a word
    "good_writer",  # a model that does what the prompt asks: a warm reply with the whole answer
    "hostile",  # takes turns at everything in HOSTILE_TURNS
    "invents",  # the answer, with a price, a promise and a date that nobody gave
    "leaks",  # the system prompt
    "other_language",  # a reply in French with made-up figures
    "obeys",  # does what the message says, and shows its links and handles
]
HOSTILE_TURNS: tuple[Behaviour, ...] = ("invents", "leaks", "other_language", "slow", "huge", "obeys")
SLOW_SECONDS = 30.0
DRIP_SECONDS = 0.05
HUGE_BYTES = 10_000_000
JSON = "application/json"


def error_body(message: str) -> bytes:
    """An error in OpenAI's form."""
    return json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()


def plain_answer(behaviour: Behaviour, authorization: str) -> tuple[int, str, bytes]:
    """Status, content type and body of an answer that does not depend on the request."""
    empty = {
        "choices": [{"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": ""}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 64, "total_tokens": 74},
    }
    answers: dict[str, tuple[int, str, bytes]] = {
        "huge": (200, JSON, b" " * HUGE_BYTES),
        "huge_error": (400, JSON, b" " * HUGE_BYTES),
        "gzip": (200, JSON, gzip.compress(b" " * HUGE_BYTES)),
        "not_json": (200, JSON, b'{"choices": ['),
        "html": (200, "text/html", b"<!doctype html><title>Please sign in to the Wi-Fi</title>"),
        "empty": (200, JSON, json.dumps(empty).encode()),
        "no_choices": (200, JSON, error_body("the upstream model is away")),
        "error_400": (400, JSON, error_body("the prompt is too long")),
        "error_401": (401, JSON, error_body(f"wrong key: {authorization}")),
        "error_429": (429, JSON, error_body("too many requests")),
        "error_500": (500, "text/html", b"<html>Internal Server Error</html>"),
    }
    return answers[behaviour]
