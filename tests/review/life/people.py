"""What people do with items, with right and stale versions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.faq.service import active_templates
from replyassist.guardrails import Concern
from replyassist.review import approving, decisions
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.scheduling import SendLater
from replyassist.review.transitions import TAKEN_BACK_FROM
from replyassist.review.views import detail
from tests.world import BRAND

from .stage import Stage, seen_now

OPEN = (ReviewStatus.PENDING, ReviewStatus.ESCALATED)
OWN_WORDS = "Hi there! Thanks for asking; we will look into this."
BAD_WORDS = "Dear customer, XX costs 99 euros!!!"


def choose(stage: Stage, likely: Collection[str] = OPEN) -> tuple[Principal, ReviewItem, int] | None:
    """Somebody, an item (mostly one in a likely status), and its version (mostly the right one).

    In the middle of an attempt at sending it is mostly the item that is being sent.
    """
    items = stage.items()
    if stage.depth and stage.chance(0.8):
        likely = (ReviewStatus.SENDING,)
    item = stage.recent([each for each in items if each.status in likely and stage.chance(0.95)] or items)
    if item is None:
        return None
    version = item.version if stage.chance(0.95) else max(1, item.version - 1)
    return stage.anybody() if stage.chance(0.4) else stage.lead, item, version


def claim(stage: Stage) -> None:
    if (chosen := choose(stage)) is None:
        return
    who, item, _ = chosen
    stage.tell(who.name, "claims", item.id)
    now, minutes = stage.world.clock.now(), stage.world.settings.claim_minutes
    stage.attempt(lambda session: decisions.claim(session, who, item.id or 0, now=now, minutes=minutes))


def release(stage: Stage) -> None:
    if (chosen := choose(stage)) is None:
        return
    who, item, _ = chosen
    stage.tell(who.name, "releases", item.id)
    stage.attempt(lambda session: decisions.release(session, who, item.id or 0, now=stage.world.clock.now()))


def confirm(stage: Stage) -> None:
    if (chosen := choose(stage)) is None:
        return
    who, item, version = chosen
    with stage.world.database.reading() as session:
        draft = approving.checked_draft(session, who, item.id or 0)
        found = detail(session, session.get_one(ReviewItem, item.id), now=stage.world.clock.now()).findings
    rules = sorted({finding.rule for finding in found if finding.concern is Concern.MESSAGE})
    if not rules or stage.chance(0.1):
        rules = ["draft.unsure_template"]
    stage.tell(who.name, "confirms", rules, "of", item.id)
    stage.meanwhile(0.1)
    stage.attempt(
        lambda session: approving.confirm(
            session, who, item.id or 0, version=version, rules=rules, draft=draft, now=stage.world.clock.now()
        )
    )


def approve(stage: Stage) -> None:
    if (chosen := choose(stage)) is None:
        return
    who, item, version = chosen
    edited = item.draft.replace("Hi ", "Hello ")
    text = stage.pick([item.draft or OWN_WORDS] * 6 + [edited, OWN_WORDS, BAD_WORDS, " "])
    accept = stage.chance(0.8)
    ahead = timedelta(minutes=stage.pick([1, 30, 3000])) if stage.chance(0.2) else None
    words = ("accepting" if accept else "", f"for in {ahead}" if ahead else "")
    stage.tell(who.name, "approves", item.id, "version", version, *words, repr(text[:30]))
    read = stage.attempt(lambda session: approving.checked(session, who, item.id or 0, text))
    if read is None:
        return
    stage.meanwhile(0.1)

    def act(session: Session) -> None:
        approved = approving.approve(
            session,
            who,
            item.id or 0,
            version=version,
            text=read,
            accept_findings=accept,
            jobs=stage.world.jobs,
            now=stage.world.clock.now(),
            send_delay_seconds=5,
            later=SendLater(stage.world.clock.now() + ahead, lambda _session, _stored: None) if ahead else None,
        )
        stage.seen[approved.approval_id or 0] = seen_now(session, approved)

    stage.attempt(act)


def reject(stage: Stage) -> None:
    decide(stage, "rejects", decisions.reject, "no")


def escalate(stage: Stage) -> None:
    decide(stage, "escalates", decisions.escalate, "?")


def decide(stage: Stage, word: str, act: Callable[..., ReviewItem], reason: str) -> None:
    if (chosen := choose(stage)) is None:
        return
    who, item, version = chosen
    stage.tell(who.name, word, item.id)
    jobs, now = stage.world.jobs, stage.world.clock.now()
    stage.attempt(lambda session: act(session, who, item.id or 0, version=version, reason=reason, jobs=jobs, now=now))


def redraft(stage: Stage) -> None:
    if (chosen := choose(stage)) is None:
        return
    who, item, version = chosen
    with stage.world.database.reading() as session:
        known = [template.id for template in active_templates(session, BRAND)]
    template = stage.pick([None, None, *known, "no-such-template"])
    with_follow_up = stage.chance(0.1)
    stage.tell(who.name, "asks for another draft of", item.id, "from", template)
    stage.attempt(
        lambda session: decisions.redraft(
            session,
            who,
            item.id or 0,
            version=version,
            instruction=stage.pick(["", "shorter"]),
            template_id=template,
            with_follow_up=with_follow_up,
            jobs=stage.world.jobs,
            now=stage.world.clock.now(),
        )
    )


def take_back(stage: Stage) -> None:
    if (chosen := choose(stage, TAKEN_BACK_FROM)) is None:
        return
    who, item, version = chosen
    stage.tell(who.name, "takes back", item.id)
    jobs, now = stage.world.jobs, stage.world.clock.now()
    stage.attempt(lambda session: decisions.take_back(session, who, item.id or 0, version=version, jobs=jobs, now=now))
