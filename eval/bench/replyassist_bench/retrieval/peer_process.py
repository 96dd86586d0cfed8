"""Runs one system of eval/peers/ in a process of its own; tasks and answers travel as JSON files."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import replyassist
from replyassist.core.embedding import Vectors

from .data import Task

ROOT = Path(__file__).resolve().parents[4]
PROGRAM = ROOT / "eval" / "peers" / "run.py"
PYTHON = ROOT / ".make" / "peers" / "bin" / "python"
ENCODER = "REPLYASSIST_PEERS_ENCODER"  # as eval/peers/encoder.py reads it
LAST_WORDS = 300


class PeerFailed(Exception):
    """A system's process ended badly or took too long; the text says how, in one line."""


@dataclass(frozen=True)
class PeerProcesses:
    """Where tasks are laid out, how long one process may take, in seconds, and which encoder all systems call."""

    python: Path
    program: Path
    folder: Path
    timeout: float
    model: str = ""

    def run(self, measure: str, system: str, tasks: Sequence[Path], *, threads: int | None = None) -> dict[str, Any]:
        """What ``run.py`` writes for one measure of one system; raise PeerFailed."""
        out = self.folder / f"{measure}-{system}.json"
        command = [str(self.python), str(self.program), measure, "--system", system, "--out", str(out)]
        command += [part for task in tasks for part in ("--task", str(task))]
        command += ["--index", str(self.folder / f"index-{system}"), "--vectors", str(self.folder / "vectors")]
        try:
            done = subprocess.run(
                command,
                env=_environment(threads, model=self.model),
                capture_output=True,
                text=True,
                timeout=self.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PeerFailed(f"not done after {self.timeout:.0f} s") from error
        except OSError as error:
            raise PeerFailed(f"cannot be started: {error.strerror or error}") from error
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise PeerFailed(f"exit status {done.returncode}: {last[:LAST_WORDS]}")
        found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return found

    def lay_out(self, name: str, task: Task, documents: Sequence[tuple[str, str]], *, found: int) -> Path:
        """A task as the systems read it, without what is right; ``found`` is how many documents they look up."""
        path = self.folder / f"{name}.json"
        content = {
            "templates": [template.model_dump(mode="json") for template in task.templates],
            "documents": documents,
            "messages": [text for text, _ in task.messages],
            "documents_found": found,
        }
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def lay_out_vectors(self, vectors: dict[str, Vectors]) -> None:
        """Vectors that need not be computed again where only accuracy is measured."""
        folder = self.folder / "vectors"
        folder.mkdir()
        (folder / "texts.json").write_text(json.dumps(list(vectors)), encoding="utf-8")
        np.save(folder / "vectors.npy", np.stack(list(vectors.values())))


def peers_python() -> Path:
    """The interpreter of the peers' environment (``REPLYASSIST_PEERS_PYTHON``); ``make peers`` makes it."""
    return Path(os.environ.get("REPLYASSIST_PEERS_PYTHON", PYTHON))


def _environment(threads: int | None, *, model: str) -> dict[str, str]:
    """Ours runs from the same source as this process."""
    environment = os.environ | {"PYTHONPATH": str(Path(replyassist.__file__).parents[1]), ENCODER: model}
    return environment if threads is None else environment | {"OMP_NUM_THREADS": str(threads)}
