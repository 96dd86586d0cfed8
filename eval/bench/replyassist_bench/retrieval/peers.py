"""The same job as a user would build it with a framework: accuracy, added latency, memory, build and start.

Every system runs in a process of its own (eval/peers/), with the same encoder, texts and messages. Documents are the
example questions, or title and reply where there are none; a template counts by its best document. Which template is
right never leaves this process.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from replyassist.core.embedding import Vectors
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.entries import readable
from replyassist.retrieval.parts import parts_of

from .bench import Bench, Figures, shortened
from .data import Task, banking77, bitext_cold, clinc150, few_shot
from .peer_figures import best_framework, of_system
from .peer_process import PROGRAM, PeerFailed, PeerProcesses, peers_python
from .scores import Answer, figures, mean_of

OURS = ("replyassist", "replyassist_parts")
FRAMEWORKS = ("haystack", "langchain", "llama_index")
REFERENCES = ("bm25", "nearest_neighbour")
SYSTEMS = (*OURS, *FRAMEWORKS, *REFERENCES)
FOUND_FOR_RANKING = 100  # documents: at ten a template, ten templates or more, as many as ours ranks
FOUND_FOR_LATENCY = 10  # the frameworks' own default or near it
LATENCY_QUESTIONS = 26  # of each of banking77's 77 intents: 2,002 examples
ROUNDS = 3
DRAWS = 2
PROCESSES = 2  # at once, where nothing is timed


def peers(bench: Bench) -> Figures:
    """``accuracy`` by data set and system, ``systems`` with times and memory, and our share of the best's latency.

    ``unavailable`` says why when there is nothing; ``failed`` names each system that did not come through.
    """
    python = peers_python()
    if not python.is_file() or not PROGRAM.is_file():
        return {"unavailable": f"no peers environment at {python}; install it with: make peers"}
    with tempfile.TemporaryDirectory(prefix="replyassist-peers-") as folder:
        timeout = 300 if bench.quick else 3600
        processes = PeerProcesses(python, PROGRAM, Path(folder), timeout=timeout, model=bench.model)
        failed: dict[str, str] = {}
        accuracy, versions = _accuracy(bench, processes, failed)
        systems = _systems(bench, processes, failed)
    known = {name: found | {"kind": _kind(name)} for name, found in systems.items()}
    return {
        "accuracy": accuracy,
        "systems": known,
        **best_framework(known, ours=OURS[0], frameworks=FRAMEWORKS),
        "versions": versions,
        "failed": failed,
    }


def _kind(system: str) -> str:
    return "ours" if system in OURS else "framework" if system in FRAMEWORKS else "reference"


def _accuracy(bench: Bench, processes: PeerProcesses, failed: dict[str, str]) -> tuple[Figures, dict[str, str]]:
    """Figures by data set and system, the mean over seeds; and the versions of what was measured."""
    tasks = ranking_tasks(bench)
    processes.lay_out_vectors(_vectors(bench, [task for several in tasks.values() for task in several]))
    paths = {
        f"{name}-{seed}": processes.lay_out(f"{name}-{seed}", task, documents_of(task), found=FOUND_FOR_RANKING)
        for name, several in tasks.items()
        for seed, task in enumerate(several)
    }
    found = _each(
        bench,
        "peers: accuracy",
        lambda system: processes.run("rank", system, list(paths.values()), threads=1),
        failed,
        at_once=PROCESSES,
    )
    versions = {package: number for result in found.values() for package, number in result["versions"].items()}
    return {name: _by_system(name, several, found) for name, several in tasks.items()}, versions


def _by_system(name: str, tasks: list[Task], found: Mapping[str, dict[str, Any]]) -> Figures:
    return {
        system: mean_of(
            [
                figures(answers_to(task, result["answers"][f"{name}-{seed}"], is_probability=_kind(system) == "ours"))
                for seed, task in enumerate(tasks)
            ]
        )
        for system, result in found.items()
    }


def _systems(bench: Bench, processes: PeerProcesses, failed: dict[str, str]) -> dict[str, Figures]:
    """Times and memory of each system, with 2,002 examples; one process at a time, the rounds in turn."""
    task = latency_task(bench)
    path = processes.lay_out("latency", task, documents_of(task), found=FOUND_FOR_LATENCY)
    at_once = PROCESSES if bench.quick else 1
    built = _each(bench, "peers: build", lambda system: processes.run("build", system, [path]), failed, at_once=at_once)
    served = [
        _each(
            bench,
            f"peers: serve, round {number + 1}",
            lambda system: processes.run("serve", system, [path]),
            failed,
            at_once=at_once,
        )
        for number in range(1 if bench.quick else ROUNDS)
    ]
    return {
        system: of_system(built[system], [one[system] for one in served])
        for system in SYSTEMS
        if system in built and all(system in one for one in served)
    }


def _each(
    bench: Bench, what: str, run: Callable[[str], dict[str, Any]], failed: dict[str, str], *, at_once: int
) -> dict[str, dict[str, Any]]:
    """What each system that has not failed yet comes to."""
    names = [name for name in SYSTEMS if name not in failed]

    def attempt(name: str) -> dict[str, Any] | PeerFailed:
        try:
            return run(name)
        except PeerFailed as error:
            return error

    found: dict[str, dict[str, Any]] = {}
    with ThreadPoolExecutor(at_once) as pool:
        for done, (name, result) in enumerate(zip(names, pool.map(attempt, names), strict=True), start=1):
            if isinstance(result, PeerFailed):
                failed[name] = str(result)
            else:
                found[name] = result
            bench.progress(what, done, len(names))
    return found


def ranking_tasks(bench: Bench) -> dict[str, list[Task]]:
    """The data sets, with one task for each draw of examples.

    Two draws: the frameworks take 20 to 30 ms a question, and every system answers the same ones.
    """
    seeds = bench.seeds[:DRAWS]
    train, test = banking77(bench.folder, part="train"), banking77(bench.folder, part="test")
    clinc = {part: clinc150(bench.folder, part=part) for part in ("train", "test")}
    return {
        "banking77_10": [shortened(bench, few_shot(train, test, examples=10, seed=seed)) for seed in seeds],
        "clinc150_10": [
            shortened(bench, few_shot(clinc["train"], clinc["test"], examples=10, seed=seed)) for seed in seeds
        ],
        "bitext_cold": [bitext_cold(bench.folder, every=60 if bench.quick else 1)],
    }


def latency_task(bench: Bench) -> Task:
    """banking77 with 2,002 examples and 200 messages; few of both in the quick form."""
    train, test = banking77(bench.folder, part="train"), banking77(bench.folder, part="test")
    questions, messages = (3, 20) if bench.quick else (LATENCY_QUESTIONS, 200)
    task = few_shot(train, test, examples=questions, seed=0)
    step = max(1, len(task.messages) // messages)  # the test file is sorted by intent
    return Task(task.templates, task.messages[::step][:messages])


def documents_of(task: Task) -> list[tuple[str, str]]:
    """Template id and text of each document."""
    return [(template.id, text) for template in task.templates for text in template.questions or _cold(template)]


def _cold(template: ReplyTemplate) -> list[str]:
    return [template.title or readable(template.id) or template.id, template.reply]


def answers_to(task: Task, answers: Iterable[dict[str, Any]], *, is_probability: bool) -> list[Answer]:
    """A system's rankings against what is right; ``is_probability``: its score says how sure it is."""
    return [
        Answer(
            wanted is not None,
            task.rank(row, found["ranked"]),
            found["score"],
            found["score"] if is_probability else None,
        )
        for row, ((_, wanted), found) in enumerate(zip(task.messages, answers, strict=True))
    ]


def _vectors(bench: Bench, tasks: list[Task]) -> dict[str, Vectors]:
    """Of every document, message and part of a message; what else our index needs is encoded where it runs."""
    texts: dict[str, None] = {}
    for task in tasks:
        texts |= dict.fromkeys(text for _, text in documents_of(task))
        for message, _ in task.messages:
            texts |= dict.fromkeys([message, *parts_of(message)])
    return dict(zip(texts, bench.encoder.encode(list(texts)), strict=True))
