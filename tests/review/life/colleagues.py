"""What people do about who has an item and when, with right and stale versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from replyassist.core.accounts import Principal
from replyassist.review.teamwork import acts, notes

from .people import choose
from .stage import Stage


def share(stage: Stage) -> None:
    """One of the acts of colleagues, by somebody, on an open item."""
    if (chosen := choose(stage)) is None:
        return
    who, item, version = chosen
    name, act = stage.pick(list(_acts(stage, who).items()))
    stage.tell(who.name, name, item.id)
    now = stage.world.clock.now()
    stage.attempt(partial(act, principal=who, item_id=item.id or 0, version=version, now=now))


def note(stage: Stage) -> None:
    """A note, which moves nothing."""
    if (chosen := choose(stage)) is None:
        return
    who, item, _ = chosen
    stage.tell(who.name, "writes a note on", item.id)
    now = stage.world.clock.now()
    with stage.world.database.writing() as session:
        notes.add_note(session, who, item.id or 0, text="ask @lead first", now=now)


def _acts(stage: Stage, who: Principal) -> dict[str, Callable[..., Any]]:
    jobs, until = stage.world.jobs, stage.world.clock.now() + timedelta(hours=1)
    return {
        "takes over": partial(acts.take_over, minutes=10),
        "takes for themselves": partial(acts.assign, user_id=who.user_id),
        "snoozes": partial(acts.snooze, until=until),
        "wakes": acts.wake,
        "hands back": partial(acts.hand_back, reason="yes", jobs=jobs),
        "undoes what they did to": partial(acts.undo, jobs=jobs),
    }
