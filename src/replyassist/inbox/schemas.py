"""What other programs send: one message in, in the contract's format."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator

MAX_TEXT = 10_000
MAX_BATCH = 1000
MAX_METADATA_CHARACTERS = 10_000


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("contains a NUL character")
    return text


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the calendar") from None


Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_no_nul)]
Slug = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT), AfterValidator(_no_nul)
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AuthorIn(_Strict):
    """Who wrote it."""

    external_id: Short
    handle: Short | None = None
    name: Short | None = None


class ConversationIn(_Strict):
    """The post or private thread that it belongs to."""

    external_id: Short
    visibility: Literal["public", "private"] = "public"
    parent_text: Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(_no_nul)] | None = None


class MessageIn(_Strict):
    """One inbound message. Unknown fields are refused, so that a typo is not silently lost."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "brand": "fernhill",
                    "channel": "instagram",
                    "external_id": "17841400001",
                    "text": "do you ship to Norway??",
                    "author": {"external_id": "9911", "handle": "tom.k", "name": "Tom"},
                    "conversation": {
                        "external_id": "post-77",
                        "visibility": "public",
                        "parent_text": "New roast is out!",
                    },
                    "posted_at": "2026-11-22T09:30:00Z",
                    "metadata": {},
                }
            ]
        },
    )

    brand: Slug
    channel: Slug
    external_id: Short
    text: Text
    author: AuthorIn
    conversation: ConversationIn
    posted_at: Annotated[AwareDatetime, AfterValidator(_in_utc)]
    metadata: dict[str, Any] = {}

    @field_validator("metadata")
    @classmethod
    def _metadata_is_small(cls, value: dict[str, Any]) -> dict[str, Any]:
        try:
            written = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if len(written) > MAX_METADATA_CHARACTERS:
            raise ValueError(f"at most {MAX_METADATA_CHARACTERS} characters")
        return value


class MessageTaken(BaseModel):
    """The answer to a message: the same one each time the message comes."""

    id: int
    brand: str
    channel: str
    external_id: str
    received_at: datetime


class BatchIn(_Strict):
    """Up to 1,000 messages; each is judged by itself, so one bad message does not hold up the others."""

    messages: Annotated[list[Any], Field(min_length=1, max_length=MAX_BATCH)]


class BatchOutcome(BaseModel):
    """What became of one message of a batch. ``status`` is what it would have got alone."""

    index: int
    status: int
    message: MessageTaken | None = None
    code: str | None = None
    detail: str | None = None


class BatchTaken(BaseModel):
    """One outcome for each message, in order."""

    outcomes: list[BatchOutcome]
