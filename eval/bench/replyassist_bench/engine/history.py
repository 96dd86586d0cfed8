"""A popular thread with years of replies in it, and what a draft reads of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import Table, func, select
from sqlmodel import Session, SQLModel

from replyassist.core.database import Database
from replyassist.inbox.models import Direction, MessageStatus
from replyassist.inbox.service import load
from replyassist.proposing import REMEMBERED_REPLIES
from replyassist.review.models import SENT_ACT, ReviewItem, ReviewStatus
from replyassist.review.repository.approved import approved_texts, exemplary_replies, sent_replies
from replyassist.review.thread import as_inbound
from replyassist_bench.queue.reference import backends, cpu_seconds

ROWS_AT_ONCE = 2000
TEMPLATE = "bench-history"
MESSAGE, ITEM, APPROVAL, ENTRY = (
    SQLModel.metadata.tables[name] for name in ("message", "review_item", "approval", "audit_entry")
)
_TABLES = (MESSAGE, ITEM, APPROVAL, ENTRY)
Row = dict[str, Any]


def item_id_of(database: Database, brand: str, external_id: str) -> int:
    """The id of the item of a brand's one message with this external id."""
    of_message = select(ITEM.c.id).join(MESSAGE, MESSAGE.c.id == ITEM.c.message_id)
    wanted = of_message.where(MESSAGE.c.brand_id == brand, MESSAGE.c.external_id == external_id)
    with database.reading() as session:
        return int(session.connection().execute(wanted).scalar_one())


def keep_sent(database: Database, item_id: int, count: int) -> None:
    """Put so many sent replies like the one of an approved item into its conversation, a second between each.

    Beside each stand its echo and a reply that was sent elsewhere.
    """
    with database.writing() as session:
        kept = _kept(session, item_id)
        free = {table: _last_id(session, table) + 1 for table in _TABLES}
        for first in range(0, count, ROWS_AT_ONCE):
            rows: dict[Table, list[Row]] = {table: [] for table in _TABLES}
            for number in range(first, min(first + ROWS_AT_ONCE, count)):
                for table, row in _sent(kept, free, number):
                    rows[table].append(row)
            for table, some in rows.items():
                session.connection().execute(table.insert(), some)
        if not database.is_sqlite:
            for table in _TABLES:
                sequence = func.pg_get_serial_sequence(table.name, "id")
                session.connection().execute(select(func.setval(sequence, _last_id(session, table))))
    if not database.is_sqlite:
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("ANALYZE")  # as autovacuum does in time


def _kept(session: Session, item_id: int) -> dict[Table, Row]:
    item = session.get_one(ReviewItem, item_id)
    found: dict[Table, Row] = {}
    for table, key in {MESSAGE: item.message_id, ITEM: item_id, APPROVAL: item.approval_id}.items():
        found[table] = dict(session.connection().execute(select(table).where(table.c.id == key)).mappings().one())
    return found


def _last_id(session: Session, table: Table) -> int:
    return session.connection().execute(select(func.max(table.c.id))).scalar_one() or 0


def _sent(kept: Mapping[Table, Row], free: Mapping[Table, int], number: int) -> Iterator[tuple[Table, Row]]:
    message, item, approval = kept[MESSAGE], kept[ITEM], kept[APPROVAL]
    message_id, item_id, approval_id = free[MESSAGE] + 3 * number, free[ITEM] + number, free[APPROVAL] + number
    at = message["posted_at"] + timedelta(seconds=number + 1)
    written: Row = {"posted_at": at, "received_at": at, "status": MessageStatus.QUEUED.value}
    for place, more in enumerate(
        (
            written,
            written | {"direction": Direction.OUT.value, "text": approval["text"], "echo_of_id": item_id},
            written | {"direction": Direction.OUT.value, "text": f"sent elsewhere, {number}"},
        )
    ):
        external_id = f"{message['external_id']}-{number}-{place}"
        yield MESSAGE, message | more | {"id": message_id + place, "external_id": external_id}
    yield (
        ITEM,
        item
        | {"id": item_id, "message_id": message_id, "approval_id": approval_id, "template_id": TEMPLATE}
        | {"status": ReviewStatus.SENT.value, "posted_at": at, "created_at": at, "updated_at": at, "moved_at": at},
    )
    yield (
        APPROVAL,
        approval
        | {"id": approval_id, "review_item_id": item_id, "text": f"{approval['text']} {number}", "created_at": at},
    )
    yield (
        ENTRY,
        {
            "id": free[ENTRY] + number,
            "review_item_id": item_id,
            "brand_id": item["brand_id"],
            "at": at,
            "actor": "delivery",
            "act": SENT_ACT,
            "from_status": ReviewStatus.SENDING.value,
            "to_status": ReviewStatus.SENT.value,
            "reason": "",
            "failures": [],
            "via": "",
        },
    )


def read_by_draft(session: Session, item: ReviewItem) -> Mapping[str, Callable[[], object]]:
    """What a draft of an item's message reads of earlier replies: of its brand, and of its thread."""
    stored = load(session, item.message_id)
    brand_id, conversation_id = item.brand_id, stored.message.conversation_id
    return {
        "approved_texts": lambda: approved_texts(session, brand_id, limit=REMEMBERED_REPLIES),
        "exemplary_replies": lambda: exemplary_replies(session, brand_id, limit=REMEMBERED_REPLIES),
        "replies_in_thread": lambda: as_inbound(session, stored),
        "sent_replies": lambda: sent_replies(session, [conversation_id]),
    }


def milliseconds_of(database: Database, item_id: int, *, rounds: int) -> dict[str, float]:
    """The median processor time of each of ``read_by_draft``: of this process, and the database's own here."""
    taken: dict[str, list[float]] = {}
    with database.reading() as session:
        session.connection()  # so that what serves it is there to be counted
        processes = backends(database)
        for _ in range(rounds):
            session.expunge_all()  # rows are made into objects each time
            for what, read in read_by_draft(session, session.get_one(ReviewItem, item_id)).items():
                started = cpu_seconds(processes)
                read()
                taken.setdefault(what, []).append(1000 * (cpu_seconds(processes) - started))
    return {what: median(times) for what, times in taken.items()}
