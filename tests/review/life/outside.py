"""What happens outside: messages, edits, deletions, replies elsewhere, templates, the voice and time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlmodel import col, select

from replyassist.brands.service import get_brand, set_time_zone, set_voice
from replyassist.faq.service import active_templates, delete_template, put_template
from replyassist.faq.template import ReplyTemplate
from replyassist.inbox.models import Message
from replyassist.inbox.schemas import MessageEdit
from replyassist.intake.service import take_in
from replyassist.review.author_changes import delete, edit
from replyassist.review.models import Approval, ReviewStatus
from tests.world import BRAND, message_in, shipping, voice

from .stage import Stage

CHANNEL = "instagram"
DONE = (ReviewStatus.SENT, ReviewStatus.WITHDRAWN)
FEW = 4  # items that somebody has to do with, beyond which hardly any come: the same ones shall live through more
TEXTS = ("do you ship to Norway??", "and how long does it take", "my order never came", "I love it!", "are you open?")
AUTHORS = ({"external_id": "1", "handle": "tom.k", "name": "Tom"}, {"external_id": "2", "handle": None, "name": None})
PLACES = (
    {"external_id": "post", "visibility": "public"},
    {"external_id": "another post", "visibility": "public"},
    {"external_id": "dm", "visibility": "private"},
)
OPENING = ReplyTemplate(
    id="opening", title="When are you open?", questions=("are you open?",), reply="We are open from 9 to 17."
)


def message(stage: Stage) -> None:
    """Somebody writes: now, soon after an earlier message, or earlier than those that are here already."""
    known = stage.messages()
    alive = [item for item in stage.items() if item.status not in DONE]
    if len(alive) >= FEW and stage.chance(0.8):
        return
    last = known[-1].posted_at if known else stage.world.clock.now()
    offset = stage.pick([0, 30, -30, 3600, -3600])
    posted = (stage.world.clock.now() if stage.chance(0.5) else last) + timedelta(seconds=offset)
    overrides: dict[str, Any] = {"text": stage.pick(TEXTS), "author": stage.pick(AUTHORS), "posted_at": posted}
    if stage.chance(0.2):
        overrides["attachments"] = [{"kind": "image", "url": "https://a.example/1.jpg", "alt_text": None}]
        overrides["text"] = stage.pick(["", overrides["text"]])
    _take_in(stage, overrides, known)


def reply_elsewhere(stage: Stage) -> None:
    """The platform shows a reply of the brand: somebody's own, or the echo of what was sent from here."""
    with stage.world.database.reading() as session:
        texts = [
            approval.text for approval in session.exec(select(Approval).order_by(col(Approval.id).desc()).limit(2))
        ]
    text = stage.pick([*texts, "@tom.k we have answered you in a message"])
    author = {"external_id": "brand", "handle": "fernhill", "name": "Fernhill"}
    posted = stage.world.clock.now() + timedelta(seconds=stage.pick([0, -3600, 60]))
    known = stage.messages()
    _take_in(stage, {"direction": "out", "text": text, "author": author, "posted_at": posted}, known)


def _take_in(stage: Stage, overrides: dict[str, Any], known: list[Message]) -> None:
    number = len(known) + 1 if stage.chance(0.95) or not known else len(known)
    parent = stage.recent(known)
    if parent is not None and stage.chance(0.4):
        overrides["in_reply_to"] = parent.external_id
    incoming = message_in(number, conversation=stage.pick(PLACES), **overrides)
    stage.tell("message", number, incoming.direction, incoming.author.name, incoming.conversation.external_id,
               f"{incoming.posted_at:%d %H:%M:%S}", repr(incoming.text), "to", incoming.in_reply_to)  # fmt: skip
    settings = stage.world.settings
    stage.attempt(
        lambda session: take_in(
            session,
            incoming,
            jobs=stage.world.jobs,
            now=stage.world.clock.now(),
            queue_limit=settings.queue_limit,
            group_seconds=settings.group_seconds,
        )
    )


def edit_message(stage: Stage) -> None:
    """An author edits a message, or the platform shows a deleted one again."""
    known = stage.messages()
    gone = [message for message in known if message.deleted_at is not None]
    message = stage.recent(gone if gone and stage.chance(0.5) else known)
    if message is None:
        return
    text = stage.pick([*TEXTS, message.text, ""])
    edited_at = stage.pick([None, stage.world.clock.now(), stage.world.clock.now() - timedelta(hours=2)])
    stage.tell("edit", message.external_id, repr(text), edited_at)
    change, jobs, now = MessageEdit(text=text, edited_at=edited_at), stage.world.jobs, stage.world.clock.now()
    stage.attempt(lambda session: edit(session, BRAND, CHANNEL, message.external_id, change, jobs=jobs, now=now))


def delete_message(stage: Stage) -> None:
    """An author deletes a message."""
    message = stage.recent(stage.messages())
    if message is None:
        return
    stage.tell("delete", message.external_id)
    jobs, now = stage.world.jobs, stage.world.clock.now()
    stage.attempt(lambda session: delete(session, BRAND, CHANNEL, message.external_id, jobs=jobs, now=now))


def change_template(stage: Stage) -> None:
    """A template gets other words, ends, is for elsewhere only, or is as it was."""
    today = stage.world.clock.now().date()
    changes: list[dict[str, Any]] = [
        {},
        {},
        {"facts": {"countries_count": 31}},
        {"title": "Shipping"},
        {"valid_until": stage.pick([today, today + timedelta(days=2), date(2026, 1, 1)])},
        {"valid_from": today + timedelta(days=2)},
        {"channels": ["email"]},
        {"visibility": "private"},
    ]
    template = stage.pick([*(shipping(**change) for change in changes), OPENING])
    stage.tell("template", template.id, template.version[:6], template.valid_until, template.channels)
    stage.attempt(lambda session: put_template(session, BRAND, template, now=stage.world.clock.now()))


def remove_template(stage: Stage) -> None:
    """A template goes out of use."""
    with stage.world.database.reading() as session:
        known = active_templates(session, BRAND)
    if known:
        gone = stage.pick(known).id
        stage.tell("template", gone, "removed")
        stage.attempt(lambda session: delete_template(session, BRAND, gone, now=stage.world.clock.now()))


def change_brand(stage: Stage) -> None:
    """The voice or the time zone changes."""
    if stage.chance(0.5):
        zone = stage.pick(["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
        stage.tell("time zone", zone)
        stage.attempt(lambda session: set_time_zone(session, BRAND, zone))
        return
    rules = voice(exclamations_max=stage.pick([0, 2]))
    stage.tell("voice", rules.version[:6])
    stage.attempt(lambda session: set_voice(session, get_brand(session, BRAND), rules))


def time_passes(stage: Stage) -> None:
    """The clock jumps; between other steps it stands still."""
    hours = stage.pick([0.01, 0.2, 0.2, 0.2, 3, 24, 24 * 5, 24 * 31])
    stage.tell("after", hours, "hours")
    stage.world.clock.advance(hours=hours)
