"""SIGKILL before every step of a message's way, which is walked once undisturbed to list its steps."""

from __future__ import annotations

import time

from sqlalchemy import text

from replyassist.core.database import Database
from tests.e2e.installation import wait
from tests.e2e.steps import Steps

from .counting import Count, count, settle
from .deployment import BOTH, BRANDS, OTHER, TROUBLED, Deployment
from .ground import Ground
from .traffic import Traffic

WAY_SECONDS = 180.0
_READ_NO_MORE = "UPDATE connection SET next_pull_at = '2099-01-01' WHERE platform = 'telegram'"
"""How often an account is read has nothing to do with a message's way."""


def every_step(ground: Ground) -> Count:
    """Walk once for each step, or for as many as ``ground.each``, drawn by chance; replies leave by a bot, whose
    platform takes no key and cannot be asked what it took."""
    began, steps = time.monotonic(), Steps()
    with ground.deployed({"all": BOTH}, steps=steps) as (deployment, traffics):
        steps.kill = lambda: deployment.kill("all")
        traffic = traffics[BRANDS.index(TROUBLED)]
        traffic.whims = 0.0
        _carry_out(deployment, _READ_NO_MORE)
        _walk(deployment, traffic, steps)  # loads what the first draft needs
        found = _walk(deployment, traffic, steps)
        drawn = set(ground.chance.sample(found, min(ground.each, len(found))))
        reached = 0
        for number, point in enumerate(each for each in found if each in drawn):
            _walk(deployment, traffic, steps, point)
            reached += not steps.kills_before
            how = "not reached this time" if steps.kills_before else "killed"
            ground.say(f"{number + 1}/{len(drawn)}: {how} before {point!r}")
        settled = settle(deployment, traffics)
        made = count("kill -9 before every step", deployment, traffics, other=OTHER)
    made.faults, made.settled_s, made.seconds = reached, round(settled, 1), round(time.monotonic() - began, 1)
    made.notes = found
    return made


def _walk(deployment: Deployment, traffic: Traffic, steps: Steps, kills_before: str = "") -> list[str]:
    """One message from intake to its arrival; the steps that were seen."""
    deployment.wait_until_served()
    steps.begin(kills_before)
    posted = traffic.post_one("telegram")

    def is_over() -> bool:
        traffic.decide_all()
        return bool(traffic.far.answers(posted.external_id))

    wait(is_over, WAY_SECONDS, f"the end of the way that was cut before {kills_before!r}")
    time.sleep(1.0)
    return steps.end()


def _carry_out(deployment: Deployment, statement: str) -> None:
    database = Database(deployment.database.url)
    with database.writing() as session:
        session.connection().execute(text(statement))
    database.dispose()
