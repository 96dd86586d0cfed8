"""Past messages of a brand with the replies that people gave them, from a file of any program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from replyassist.core.errors import InvalidInput
from replyassist.core.tables import Table, read_table
from replyassist.core.text_files import json_object, numbered_lines, read_text

_TABLES = (".csv", ".tsv")
_FIELDS = (
    "text",
    "reply",
    "brand",
    "direction",
    "channel",
    "external_id",
    "in_reply_to",
    "conversation_id",
    "name",
    "handle",
)
_WITHIN = {
    "conversation_id": ("conversation", "external_id"),
    "name": ("author", "name"),
    "handle": ("author", "handle"),
}


@dataclass(frozen=True)
class PastMessage:
    """Somebody's message as it was written, and what a person answered; ``key`` names it, such as "line 7".

    ``name`` and ``handle`` are the author's, ``source`` its channel and external id; empty where they are not known.
    """

    key: str
    text: str
    reply: str = ""
    name: str = ""
    handle: str = ""
    source: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class PastMessages:
    """What was read: messages, one line for each row that is none, and how many rows are another brand's.

    ``unmatched_replies``: rows of ours that answer none of the messages. ``gone``: messages that are left out because
    they were erased here or deleted by their authors. ``notes`` say in which encoding a file was read, if not in UTF-8.
    """

    messages: list[PastMessage]
    problems: tuple[str, ...] = ()
    of_other_brands: int = 0
    unmatched_replies: int = 0
    gone: int = 0
    brands: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def _as_text(value: Any) -> Any:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Text = Annotated[str, BeforeValidator(_as_text)]


class PastMessageRow(BaseModel, extra="ignore"):
    """What is read of a row, in the product's format or flat; other fields are somebody else's business."""

    text: Annotated[_Text, Field(max_length=100_000)]
    reply: Annotated[_Text, Field(max_length=100_000)] = ""
    brand: _Text = ""
    direction: Literal["in", "out"] = "in"
    channel: _Text = ""
    external_id: _Text = ""
    in_reply_to: _Text = ""
    conversation_id: _Text = ""
    name: _Text = ""
    handle: _Text = ""


def read_past_messages(path: Path, *, brand: str, column_map: Mapping[str, str]) -> PastMessages:
    """Read JSON Lines or CSV: messages in the product's format, or rows with a ``text`` and perhaps a ``reply``.

    Rows with ``direction`` ``out`` answer the message that they name, else the last one of their conversation.
    ``column_map`` says which foreign column holds a field. Rows of other brands than ``brand`` are left out. Raise
    InvalidInput where the file cannot be read, or where no row of it is a message.
    """
    if unknown := [field for field in column_map if field not in _FIELDS]:
        raise InvalidInput(f"there is no field '{unknown[0]}'; there are: {', '.join(_FIELDS)}", field="map")
    rows: list[tuple[int, PastMessageRow]] = []
    problems: list[str] = []
    notes, records = _records(path, column_map)
    for line, fields in records:
        try:
            rows.append((line, _row(fields, file=str(path), line=line)))
        except InvalidInput as error:
            problems.append(error.detail)
    if not rows:
        raise InvalidInput("\n".join(problems[:20]) or f"{path}: holds no messages")
    ours = [(line, row) for line, row in rows if not brand or row.brand in ("", brand)]
    found, unmatched = answered(ours)
    return PastMessages(
        found,
        tuple(problems),
        of_other_brands=len(rows) - len(ours),
        unmatched_replies=unmatched,
        brands=frozenset(row.brand for _, row in rows if row.brand),
        notes=notes,
    )


def _records(
    path: Path, column_map: Mapping[str, str]
) -> tuple[tuple[str, ...], Iterator[tuple[int, dict[str, Any] | InvalidInput]]]:
    """Notes on the encoding, and line and fields of each record; of one that is none, the error."""
    file = str(path)
    if path.suffix.lower() in _TABLES:
        table = read_table(path, known=lambda names: len(set(names) & {*_FIELDS, *column_map.values()}))
        _require_columns(table, column_map, file)
        return table.notes, ((row.line, _fields(row.cells, column_map)) for row in table.rows)
    text = read_text(path)
    lines = numbered_lines(text.text)
    objects = ((number, partial(json_object, line, file=file, number=number)) for number, line in lines)
    return text.notes, ((number, _fields(found, column_map)) for number, found in objects)


def _fields(read: Callable[[], dict[str, Any]], column_map: Mapping[str, str]) -> dict[str, Any] | InvalidInput:
    try:
        return _renamed(read(), column_map)
    except InvalidInput as error:
        return error


def _require_columns(table: Table, column_map: Mapping[str, str], file: str) -> None:
    wanted = {"text": "text"} | dict(column_map)
    for field, column in wanted.items():
        if column not in table.columns:
            there = ", ".join(table.columns[:30])
            detail = f"there is no column '{column}'; there are: {there}; --map {field}=COLUMN says which one holds it"
            raise InvalidInput(detail, file=file, line=table.line, field=field)


def _renamed(fields: dict[str, Any], column_map: Mapping[str, str]) -> dict[str, Any]:
    return fields | {field: fields.get(column) for field, column in column_map.items()}


def _row(fields: dict[str, Any] | InvalidInput, *, file: str, line: int) -> PastMessageRow:
    if isinstance(fields, InvalidInput):
        raise fields
    flat = dict(fields)
    for field, (outer, inner) in _WITHIN.items():
        held = fields.get(outer)
        flat.setdefault(field, held.get(inner) if isinstance(held, dict) else None)
    if flat.get("direction") in ("", None):
        flat.pop("direction", None)
    if "text" not in flat and fields.get("attachments"):
        flat["text"] = ""  # a message that is a picture
    try:
        return PastMessageRow.model_validate(flat)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(first["msg"], file=file, line=line, field=place) from error


def answered(rows: Sequence[tuple[int, PastMessageRow]]) -> tuple[list[PastMessage], int]:
    """The messages to the brand in the order of ``rows``, each with its own reply, else that of a row ``out``; and how
    many rows ``out`` answer none of them."""
    unmatched = 0
    found: list[PastMessage] = []
    by_id: dict[str, int] = {}
    last_of: dict[str, int] = {}
    for line, row in rows:
        if row.direction == "in":
            place = len(found)
            found.append(
                PastMessage(f"line {line}", row.text, row.reply, row.name, row.handle, (row.channel, row.external_id))
            )
            for key, known in ((row.external_id, by_id), (row.conversation_id, last_of)):
                if key:
                    known[key] = place
            continue
        answers = by_id.get(row.in_reply_to) if row.in_reply_to else last_of.get(row.conversation_id)
        if answers is None:
            unmatched += 1
        elif not found[answers].reply:
            found[answers] = replace(found[answers], reply=row.text)
    return found, unmatched
