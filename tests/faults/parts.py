"""The faults, one kind after another: what is done to a deployment while people and programs use it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, get_args

from replyassist.testing import FakeEndpoint
from replyassist.testing.endpoint import Behaviour as LlmBehaviour

from .counting import Count
from .deployment import DEAD_AFTER_SECONDS, TROUBLED, Deployment
from .far import OUTAGES, Behaviour
from .ground import Ground
from .stepwise import every_step
from .traffic import Traffic

LLM_OUTAGES: tuple[LlmBehaviour, ...] = (
    "slow", "drip", "drip_headers", "huge", "not_json", "html", "empty", "no_choices", "error_401", "error_429",
    "error_500", "hang_up",
)  # fmt: skip
LLM_SECONDS, OUTAGE_SECONDS, FULL_SECONDS, RECOVERY_SECONDS = 2.0, 6.0, 40.0, 180.0
STOP_SECONDS = 2.7 * DEAD_AFTER_SECONDS
"""As 40 s are to the 15 s after which a worker counts as dead by default."""
Outage = TypeVar("Outage")


@dataclass(frozen=True)
class Scene:
    """Where a fault happens."""

    deployment: Deployment
    traffics: Sequence[Traffic]
    chance: random.Random


Fault = Callable[[Scene], str]
"""Does something, at once or for some seconds, and says what."""


def kill(scene: Scene) -> str:
    """SIGKILL at a random moment to a process drawn by chance, sometimes to all; a supervisor starts them anew."""
    scene.deployment.wait_until_served()
    time.sleep(scene.chance.uniform(0.1, 4.0))
    names = sorted(scene.deployment.roles)
    drawn = names if scene.chance.random() < 0.2 else [scene.chance.choice(names)]
    for name in drawn:
        scene.deployment.kill(name)
    return f"killed {', '.join(drawn)}"


def stop(scene: Scene) -> str:
    """SIGSTOP of a worker for longer than it takes to count as dead."""
    scene.deployment.wait_until_served()
    time.sleep(scene.chance.uniform(0.5, 3.0))
    scene.deployment.stop_for("worker-1", STOP_SECONDS)
    return f"a worker stopped for {STOP_SECONDS:.0f} s"


def restart(scene: Scene) -> str:
    """The database restarts, as asked to or after a crash."""
    time.sleep(scene.chance.uniform(0.5, 4.0))
    crash = scene.chance.random() < 0.5
    scene.deployment.database.restart(crash=crash)
    return f"the database restarted{' after a crash' if crash else ''}"


def fill_disk(scene: Scene) -> str:
    """The database's disk is full for some seconds from when somebody notices."""
    disk, before = scene.deployment.database.disk, _put_off(scene.traffics)
    disk.fill()
    noticed = _within(FULL_SECONDS, partial(_put_off, scene.traffics), more_than=before)
    time.sleep(scene.chance.uniform(1.0, 4.0))
    disk.free()
    scene.deployment.database.keep_up()
    return f"the disk was full: {'some were put off' if noticed else 'nobody noticed'}"


def fail_platform(behaviour: Behaviour, scene: Scene) -> str:
    """One brand's receivers behave so for some seconds; the other brand's replies go on."""
    far = scene.deployment.fars[TROUBLED]
    far.behave(behaviour)
    time.sleep(OUTAGE_SECONDS)
    far.behave("well")
    ended, before = time.monotonic(), len(far.arrivals)
    assert _within(RECOVERY_SECONDS, partial(len, far.arrivals), more_than=before), f"no reply after {behaviour!r}"
    return f"the platform was {behaviour!r}; replies again {time.monotonic() - ended:.0f} s later"


def kills(ground: Ground) -> Count:
    """Kills at random."""
    return _one_by_one(ground, "kill -9 at random", [kill] * ground.each)


def stops(ground: Ground) -> Count:
    """The server and its workers are processes of their own."""
    return _one_by_one(ground, "SIGSTOP of a worker", [stop] * max(1, ground.each // 10), apart=True)


def restarts(ground: Ground) -> Count | None:
    """SQLite has no server."""
    return _one_by_one(ground, "database restarts", [restart] * max(2, ground.each // 5)) if ground.has_server else None


def full_disks(ground: Ground) -> Count | None:
    """Where a small disk can be mounted."""
    return _one_by_one(ground, "disk full", [fill_disk] * max(1, ground.each // 10)) if ground.disks_fill else None


def platform_outages(ground: Ground) -> Count:
    """Of each kind."""
    return _one_by_one(ground, "platform outages", [partial(fail_platform, each) for each in _drawn(ground, OUTAGES)])


def llm_outages(ground: Ground) -> Count:
    """The language model's endpoint fails in each way, and drafts arrive all the same."""
    with FakeEndpoint("good_writer", slow_seconds=3 * LLM_SECONDS) as endpoint:

        def fail(behaviour: LlmBehaviour, _: Scene) -> str:
            endpoint.behaviour = behaviour
            time.sleep(OUTAGE_SECONDS)
            endpoint.behaviour = "good_writer"
            return f"the language model was {behaviour!r}"

        asked = {"llm_disabled": "false", "llm_base_url": endpoint.base_url, "llm_model": "fake"}
        asked["llm_timeout_seconds"] = f"{LLM_SECONDS:g}"
        outages = [partial(fail, each) for each in _drawn(ground, LLM_OUTAGES)]
        made = _one_by_one(ground, "LLM outages", outages, settings=asked)
        made.notes.append(f"{len(endpoint.bodies)} calls of the language model")
        return made


def mixed(ground: Ground) -> Count:
    """Faults of all kinds in an order drawn by chance, in one deployment."""
    kinds: list[Fault] = [kill, stop, *(partial(fail_platform, each) for each in _drawn(ground, OUTAGES)[:2])]
    kinds += [restart] if ground.has_server else []
    kinds += [fill_disk] if ground.disks_fill else []
    drawn = [*kinds, *ground.chance.choices(kinds, k=max(0, ground.each - len(kinds)))]
    return _one_by_one(ground, "all kinds mixed", ground.chance.sample(drawn, len(drawn)), apart=True)


PARTS: dict[str, Callable[[Ground], Count | None]] = {
    "kills": kills,
    "steps": every_step,
    "stops": stops,
    "restarts": restarts,
    "disk": full_disks,
    "llm": llm_outages,
    "platform": platform_outages,
    "mixed": mixed,
}


def _one_by_one(
    ground: Ground, part: str, faults: Sequence[Fault], *, apart: bool = False, settings: dict[str, str] | None = None
) -> Count:
    chance = ground.chance

    def do(deployment: Deployment, traffics: list[Traffic]) -> int:
        scene = Scene(deployment, traffics, chance)
        for number, fault in enumerate(faults, 1):
            ground.say(f"{number}/{len(faults)}: {fault(scene)}")
        return len(faults)

    return ground.under_traffic(part, ground.apart if apart else ground.usual, do, settings or {})


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
