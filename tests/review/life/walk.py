"""Walks: many steps in one world, drawn from a seed; and of a walk that fails, the steps that it takes to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from random import Random
from traceback import format_tb

from replyassist.faq.service import put_template
from tests.world import BRAND, World

from . import colleagues, machine, outside, people, rules
from .stage import Stage
from .trial import has_a_way_on

STEPS: dict[Callable[[Stage], None], int] = {
    outside.message: 12,
    outside.edit_message: 4,
    outside.delete_message: 2,
    outside.reply_elsewhere: 2,
    outside.change_template: 2,
    outside.remove_template: 1,
    outside.change_brand: 1,
    outside.time_passes: 5,
    people.claim: 1,
    people.release: 1,
    people.confirm: 2,
    people.approve: 18,
    people.reject: 2,
    people.escalate: 4,
    people.redraft: 3,
    people.take_back: 6,
    colleagues.share: 6,
    colleagues.note: 1,
    machine.run_job: 24,
    machine.lose_job: 1,
    machine.reconcile: 3,
    machine.refresh_verdicts: 1,
    machine.change_platform: 6,
}
MOST_TRIES = 60
ENDED = 0.15  # share of the moves after which the item that moved is brought to its end, and back
LAST = 3  # items of a walk that are brought to their end when it is over
EVERY = 25  # steps after which all items are looked at, and not only those that moved


class WalkFailed(AssertionError):
    """A step broke a rule; ``steps`` are the numbers up to it."""

    def __init__(self, seed: str, steps: Sequence[int], stage: Stage, cause: BaseException) -> None:
        lines = "\n".join(stage.told)
        where = "".join(format_tb(cause.__traceback__)[-6:])
        super().__init__(f"seed {seed}, steps {list(steps)}:\n{lines}\n{where}{type(cause).__name__}: {cause}")
        self.steps = tuple(steps)


def walk(world: World, seed: str, steps: Iterable[int]) -> Stage:
    """Take the steps with these numbers; each has dice of its own, so that the others fall the same without it."""
    stage = _stage(world)
    taken: list[int] = []
    versions: dict[int, int] = {}
    for number in steps:
        taken.append(number)
        stage.dice = Random(f"{seed}/{number}")
        try:
            stage.step()
            now = {item.id or 0: item.version for item in stage.items()}
            moved = [item_id for item_id, version in now.items() if versions.get(item_id) != version]
            some = [stage.pick(moved)] if moved else []
            rules.after_a_step(stage, moved, list(now) if len(taken) % EVERY == 0 else some)
            for item_id in some if stage.chance(ENDED) else ():
                has_a_way_on(stage, item_id)
            versions = now
        except Exception as error:
            raise WalkFailed(seed, taken, stage, error) from error
    for item_id in list(versions)[-LAST:]:
        try:
            has_a_way_on(stage, item_id)
        except Exception as error:
            raise WalkFailed(seed, taken, stage, error) from error
    return stage


def shortest(walk_again: Callable[[Sequence[int]], WalkFailed | None], failed: WalkFailed) -> WalkFailed:
    """Leave steps out, in ever smaller groups, as long as the walk still fails."""
    size, tries = len(failed.steps) // 2, MOST_TRIES
    while size:
        for end in range(len(failed.steps), 0, -size):
            fewer = failed.steps[: max(0, end - size)] + failed.steps[end:]
            tries -= 1
            if not tries:
                return failed
            if fewer and (again := walk_again(fewer)) is not None:
                failed = again
                break
        else:
            size //= 2
    return failed


def _stage(world: World) -> Stage:
    stage = Stage(world)
    with world.database.writing() as session:
        put_template(session, BRAND, outside.OPENING, now=world.clock.now())
    stage.invite()
    stage.worker = machine.worker_on(world, stage)
    stage.platform.before = partial(rules.before_sending, stage)
    stage.platform.between = lambda: stage.meanwhile(0.5)
    stage.step = lambda: _draw(stage)(stage)
    return stage


def _draw(stage: Stage) -> Callable[[Stage], None]:
    chosen: Callable[[Stage], None] = stage.dice.choices(list(STEPS), weights=list(STEPS.values()))[0]
    return chosen
