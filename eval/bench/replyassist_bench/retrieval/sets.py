"""The data sets on which accuracy is measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .bench import Bench, shortened
from .data import RETRIEVAL_DEV, Task, banking77, bitext_cold, clinc150, everyday_brands, few_shot, retrieval_dev


@dataclass(frozen=True)
class TaskSet:
    """One data set, with a task for each draw of examples.

    ``split`` is dev where any of it was tuned on, else test. ``known``: for each task the same templates with messages
    on which sureness may be fitted, where there are such.
    """

    name: str
    split: str
    tasks: Sequence[Task]
    known: Sequence[Task] = ()


def task_sets(bench: Bench) -> Iterator[TaskSet]:
    """All of them; what is drawn, is drawn with the bench's seeds."""
    train, test = banking77(bench.folder, part="train"), banking77(bench.folder, part="test")
    for name, examples in (("banking77_5", 5), ("banking77_10", 10), ("banking77_all", None)):
        seeds = bench.seeds if examples else bench.seeds[:1]
        tasks = [shortened(bench, few_shot(train, test, examples=examples, seed=seed)) for seed in seeds]
        yield TaskSet(name, "test", tasks)
    yield _clinc150(bench)
    yield TaskSet("bitext_cold", "dev", [bitext_cold(bench.folder, every=60 if bench.quick else 1)])
    for name in RETRIEVAL_DEV:
        yield TaskSet(name, "dev", [shortened(bench, retrieval_dev(bench.folder, name))])
    for part in ("dev", "test"):
        for brand, task in everyday_brands(part):
            yield TaskSet(f"brand_{brand}", part, [shortened(bench, task)])


def _clinc150(bench: Bench) -> TaskSet:
    parts = {part: clinc150(bench.folder, part=part) for part in ("train", "val", "test")}
    tasks, known = (
        [shortened(bench, few_shot(parts["train"], parts[part], examples=10, seed=seed)) for seed in bench.seeds]
        for part in ("test", "val")
    )
    return TaskSet("clinc150_10", "test", tasks, known)
