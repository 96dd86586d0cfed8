"""What other programs send, in the contract's format: a message, and what its author made of it later."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from .models import AttachmentKind

MAX_TEXT = 10_000
MAX_ATTACHMENTS = 20
MAX_URL = 2000
MAX_ALT_TEXT = 2000
EMPTY = "has no words, and nothing is attached"
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


def _text_of_a_number(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _nothing_for_empty(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _is_a_web_address(url: str) -> str:
    parts = urlsplit(url)  # raises ValueError for brackets that are no address
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or any(mark.isspace() for mark in url):
        raise ValueError("expected an address that begins with http:// or https://")
    return url


_Trimmed = StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
_ByNumber = BeforeValidator(_text_of_a_number, json_schema_input_type=str | int)
_EmptyIsNull = BeforeValidator(_nothing_for_empty)

Short = Annotated[str, _Trimmed, AfterValidator(_no_nul)]
Id = Annotated[str, _Trimmed, AfterValidator(_no_nul), _ByNumber]
SLUG = r"^[a-z0-9][a-z0-9_-]{0,59}$"
Slug = Annotated[str, StringConstraints(strip_whitespace=True, pattern=SLUG)]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_TEXT),
    AfterValidator(_no_nul),
    BeforeValidator(lambda value: "" if value is None else value, json_schema_input_type=str | None),
]
LongText = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(_no_nul)]
Url = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_URL),
    AfterValidator(_no_nul),
    AfterValidator(_is_a_web_address),
]
AltText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_ALT_TEXT), AfterValidator(_no_nul)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class _Strict(BaseModel, frozen=True, extra="forbid"):
    """Unknown fields are refused."""


class AuthorIn(_Strict):
    """Who wrote it; for a message of ours, the brand's own account."""

    external_id: Id
    handle: Annotated[Short | None, _EmptyIsNull] = None
    name: Annotated[Short | None, _EmptyIsNull] = None


class ConversationIn(_Strict):
    """The post or private thread that it belongs to. ``parent_text``: the post, which all its messages stand under."""

    external_id: Id
    visibility: Literal["public", "private"] = "public"
    parent_text: Annotated[LongText | None, _EmptyIsNull] = None


class Attachment(_Strict):
    """What hangs on a message. ``alt_text`` is the words of whoever posted it: untrusted, like the text."""

    kind: AttachmentKind
    url: Annotated[Url | None, _EmptyIsNull] = None
    alt_text: Annotated[AltText | None, _EmptyIsNull] = None


Attachments = Annotated[tuple[Attachment, ...], Field(max_length=MAX_ATTACHMENTS)]


class MessageIn(_Strict):
    """One message. Unknown fields are refused, so that a typo is not silently lost.

    ``direction`` ``out``: a reply of ours that was sent elsewhere, or an echo; it is kept and never drafted.
    ``in_reply_to``: the external id of the comment that it answers, in whose conversation it then is.
    ``answered_text``: the words of that one, or of what it quotes. The text may be empty beside an attachment.
    """

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
                    "direction": "in",
                    "in_reply_to": None,
                    "attachments": [
                        {"kind": "image", "url": "https://cdn.example/9.jpg", "alt_text": "a bag of coffee"}
                    ],
                    "metadata": {},
                }
            ]
        },
    )

    brand: Slug
    channel: Slug
    external_id: Id
    attachments: Annotated[Attachments, BeforeValidator(lambda value: value or ())] = ()
    text: Text = Field(default="", validate_default=True)
    author: AuthorIn
    conversation: ConversationIn
    posted_at: Moment
    direction: Literal["in", "out"] = "in"
    in_reply_to: Annotated[Id | None, _EmptyIsNull] = None
    answered_text: Annotated[LongText | None, _EmptyIsNull] = None
    metadata: Annotated[dict[str, Any], BeforeValidator(lambda value: {} if value is None else value)] = {}

    @field_validator("text")
    @classmethod
    def _says_something(cls, text: str, given: ValidationInfo) -> str:
        if not text and not given.data.get("attachments", True):  # bad attachments have an error of their own
            raise ValueError(EMPTY)
        return text

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


class MessageEdit(_Strict):
    """What the author made of a message that is here already. Without ``attachments`` those stay as they are.

    ``edited_at``: when, by the platform's clock; an edit older than the last one changes nothing.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"text": "do you ship to Norway, and how long?", "edited_at": "2026-11-22T09:34:00Z"}]
        },
    )

    text: Text = ""
    attachments: Attachments | None = None
    edited_at: Moment | None = None


class MessageTaken(BaseModel):
    """The answer to a message: the same one each time the message comes."""

    id: int
    brand: str
    channel: str
    external_id: str
    received_at: datetime


class MessageChanged(MessageTaken):
    """How a message stands after an edit or a deletion."""

    text: str
    edited_at: datetime | None
    deleted_at: datetime | None


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
