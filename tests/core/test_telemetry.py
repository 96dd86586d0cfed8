from __future__ import annotations

import logging

import pytest
import structlog

from replyassist.cli import common
from replyassist.core.telemetry import configure_logging
from replyassist.privacy import scrub

TEXT = "I am anna@mail.example, +353 87 123 4567, card 4111 1111 1111 1111, order FH-30982"
SECRETS = ("anna", "mail.example", "+353", "123 4567", "4111 1", "30982")  # a time has six decimals of its own


@pytest.fixture(autouse=True)
def everything_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLYASSIST_LOG_LEVEL", "DEBUG")


def a_logger() -> logging.Logger:
    """Logging as the command line sets it up."""
    common.settings()
    return logging.getLogger("replyassist.test")


def assert_clean(line: str) -> None:
    assert "[EMAIL]" in line
    assert "[PHONE]" in line
    assert "[CARD]" in line
    assert "[ORDER]" in line
    assert not [secret for secret in SECRETS if secret in line]


def test_personal_data_of_a_message_never_reaches_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    a_logger().warning("could not read %r", TEXT)
    assert_clean(capsys.readouterr().err)


def test_personal_data_in_the_message_of_an_exception_never_reaches_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            raise ValueError(TEXT)
        except ValueError as error:
            raise RuntimeError(f"while reading {TEXT}") from error
    except RuntimeError:
        a_logger().exception("it failed")
    line = capsys.readouterr().err
    assert_clean(line)
    assert "RuntimeError" in line
    assert "ValueError" in line
    assert "test_telemetry.py" in line


def test_personal_data_in_a_field_of_a_line_never_reaches_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.contextvars.bind_contextvars(message={"text": TEXT})
    try:
        a_logger().warning("taken in")
    finally:
        structlog.contextvars.clear_contextvars()
    assert_clean(capsys.readouterr().err)


def test_a_line_without_personal_data_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    text = "job draft-48213 took 1.234 s at http://127.0.0.1:8000/v1/reviews/77, port 8000 on 127.0.0.1"
    a_logger().warning(text)
    line = capsys.readouterr().err
    assert text in line
    assert "timestamp='20" in line
    assert "logger='replyassist.test'" in line


def test_a_text_that_cannot_be_scrubbed_is_withheld(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_: str) -> str:
        raise RuntimeError("broken")

    configure_logging("INFO", scrub=broken)
    logging.getLogger("replyassist.test").warning(TEXT)
    line = capsys.readouterr().err
    assert "[withheld]" in line
    assert not [secret for secret in SECRETS if secret in line]


def test_the_scrubber_that_is_passed_in_is_the_one_that_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", scrub=lambda text: scrub(text).upper())
    logging.getLogger("replyassist.test").warning("hello")
    assert "HELLO" in capsys.readouterr().err


def test_a_line_that_cannot_be_written_shows_nothing_of_its_record(capsys: pytest.CaptureFixture[str]) -> None:
    a_logger().warning("%d", TEXT)
    line = capsys.readouterr().err
    assert "could not be written" in line
    assert not [secret for secret in SECRETS if secret in line]
