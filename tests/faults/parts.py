"""The faults, one kind after another: what is done to a deployment while people and programs use it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar, get_args

from sqlalchemy import text

from replyassist.core.database import Database
from replyassist.testing import FakeEndpoint
from replyassist.testing.endpoint import Behaviour as LlmBehaviour
from tests.e2e.installation import wait
from tests.e2e.steps import Steps

from .counting import Count, count, settle
from .deployment import BOTH, BRANDS, DEAD_AFTER_SECONDS, OTHER, TROUBLED, Deployment
from .far import OUTAGES
from .ground import Ground
from .traffic import Traffic

LLM_OUTAGES: tuple[LlmBehaviour, ...] = (
    "slow", "drip", "drip_headers", "huge", "not_json", "html", "empty", "no_choices", "error_401", "error_429",
    "error_500", "hang_up",
)  # fmt: skip
LLM_SECONDS = 2.0
WAY_SECONDS = 180.0
OUTAGE_SECONDS, FULL_SECONDS = 6.0, 40.0
Outage = TypeVar("Outage")


def kills(ground: Ground) -> Count:
    """SIGKILL at random moments to a process drawn by chance, sometimes to all; the supervisor starts them anew."""
    chance = ground.chance

    def faults(deployment: Deployment, _: list[Traffic]) -> int:
        for number in range(1, ground.each + 1):
            deployment.wait_until_served()
            time.sleep(chance.uniform(0.1, 4.0))
            names = sorted(deployment.roles)
            drawn = names if chance.random() < 0.2 else [chance.choice(names)]
            for name in drawn:
                deployment.kill(name)
            ground.say(f"kill {number}/{ground.each}: {', '.join(drawn)}")
        return ground.each

    return ground.under_traffic("kill -9 at random", ground.usual, faults)


def stops(ground: Ground) -> Count:
    """SIGSTOP of a worker for longer than it takes to count as dead."""
    chance = ground.chance

    def faults(deployment: Deployment, _: list[Traffic]) -> int:
        times = max(1, ground.each // 10)
        for number in range(1, times + 1):
            time.sleep(chance.uniform(0.5, 3.0))
            ground.say(f"stop {number}/{times}: {2.7 * DEAD_AFTER_SECONDS:.0f} s")
            deployment.stop_for("worker-1", 2.7 * DEAD_AFTER_SECONDS)
        return times

    return ground.under_traffic("SIGSTOP of a worker", ground.apart, faults)


def restarts(ground: Ground) -> Count | None:
    """The database restarts, as asked to or after a crash."""
    if ground.kind == "sqlite":
        return None
    chance = ground.chance

    def faults(deployment: Deployment, _: list[Traffic]) -> int:
        times = max(2, ground.each // 5)
        for number in range(1, times + 1):
            time.sleep(chance.uniform(0.5, 4.0))
            deployment.database.restart(crash=number % 2 == 0)
            ground.say(f"restart {number}/{times} of the database{' after a crash' if number % 2 == 0 else ''}")
        return times

    return ground.under_traffic("database restarts", ground.apart, faults)


def full_disks(ground: Ground) -> Count | None:
    """The database's disk is full for some seconds."""
    chance = ground.chance

    def faults(deployment: Deployment, traffics: list[Traffic]) -> int:
        disk, times = deployment.database.disk, max(1, ground.each // 10)
        if not disk.fills:
            ground.notes.append("left out: no small disk can be mounted here")
            return 0
        for number in range(1, times + 1):
            time.sleep(chance.uniform(1.0, 3.0))
            before = _put_off(traffics)
            disk.fill()
            noticed = _within(FULL_SECONDS, partial(_put_off, traffics), more_than=before)
            time.sleep(chance.uniform(1.0, 4.0))
            disk.free()
            deployment.database.keep_up()
            ground.say(f"disk full {number}/{times}: {'nothing was stored' if noticed else 'nobody noticed'}")
        return times

    return ground.under_traffic("disk full", ground.usual, faults)


def llm_outages(ground: Ground) -> Count:
    """The language model's endpoint fails in each way, and drafts arrive all the same."""
    with FakeEndpoint("good_writer", slow_seconds=3 * LLM_SECONDS) as endpoint:

        def faults(_: Deployment, __: list[Traffic]) -> int:
            drawn = _drawn(ground, LLM_OUTAGES)
            for number, behaviour in enumerate(drawn, 1):
                endpoint.behaviour = behaviour
                time.sleep(OUTAGE_SECONDS)
                endpoint.behaviour = "good_writer"
                ground.say(f"language model {number}/{len(drawn)}: {behaviour}")
            return len(drawn)

        asked = {"llm_disabled": "false", "llm_base_url": endpoint.base_url, "llm_model": "fake"}
        asked["llm_timeout_seconds"] = f"{LLM_SECONDS:g}"
        return ground.under_traffic("LLM outages", ground.usual, faults, **asked)


def platform_outages(ground: Ground) -> Count:
    """One brand's receivers fail in each way; the other brand's replies go on."""

    def faults(deployment: Deployment, _: list[Traffic]) -> int:
        far, drawn = deployment.fars[TROUBLED], _drawn(ground, OUTAGES)
        for number, behaviour in enumerate(drawn, 1):
            far.behave(behaviour)
            time.sleep(OUTAGE_SECONDS)
            far.behave("well")
            ended, before = time.monotonic(), len(far.arrivals)
            assert _within(WAY_SECONDS, partial(len, far.arrivals), more_than=before), "no reply after the outage"
            ground.say(
                f"platform {number}/{len(drawn)}: {behaviour}; replies again {time.monotonic() - ended:.0f} s later"
            )
        return len(drawn)

    return ground.under_traffic("platform outages", ground.usual, faults)


def every_step(ground: Ground) -> Count:
    """A message's way is walked once, which lists its steps; then once for each step, with SIGKILL just before it."""
    began, steps = time.monotonic(), Steps()
    with ground.deployed({"all": BOTH}, steps=steps) as (deployment, traffics):
        steps.kill = lambda: deployment.kill("all")
        traffic = traffics[BRANDS.index(TROUBLED)]
        traffic.whims = 0.0
        _read_no_more(deployment)
        found = _walk(deployment, traffic, steps)
        points = (
            found if ground.each >= len(found) else sorted(ground.chance.sample(found, ground.each), key=found.index)
        )
        reached = 0
        for number, point in enumerate(points, 1):
            _walk(deployment, traffic, steps, point)
            reached += not steps.kills_before
            how = "killed" if not steps.kills_before else "not reached this time"
            ground.say(f"step {number}/{len(points)}: {how} before {point!r}")
        settled = settle(deployment, traffics)
        made = count("kill -9 before every step", deployment, traffics, other=OTHER)
    made.faults, made.settled_s, made.seconds = reached, round(settled, 1), round(time.monotonic() - began, 1)
    made.notes = found
    return made


PARTS: dict[str, Callable[[Ground], Count | None]] = {
    "kills": kills,
    "steps": every_step,
    "stops": stops,
    "restarts": restarts,
    "disk": full_disks,
    "llm": llm_outages,
    "platform": platform_outages,
}


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


def _read_no_more(deployment: Deployment) -> None:
    """How often an account is read has nothing to do with a message's way."""
    database = Database(deployment.database.url)
    with database.writing() as session:
        session.connection().execute(
            text("UPDATE connection SET next_pull_at = '2099-01-01' WHERE platform = 'telegram'")
        )
    database.dispose()


def _put_off(traffics: Sequence[Traffic]) -> int:
    return sum(each.put_off for each in traffics)


def _within(seconds: float, number: Callable[[], int], *, more_than: int) -> bool:
    """Whether it grows within so long."""
    end = time.monotonic() + seconds
    while not (has_grown := number() > more_than) and time.monotonic() < end:
        time.sleep(0.1)
    return has_grown


def _drawn(ground: Ground, outages: Sequence[Outage]) -> list[Outage]:
    """All of them, or as many as there are faults of a kind."""
    return ground.chance.sample(list(outages), min(ground.each, len(outages)))


assert set(LLM_OUTAGES) <= set(get_args(LlmBehaviour))
