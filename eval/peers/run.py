"""Measures one system in a process of its own: ``run.py MEASURE --system NAME --task TASK.json --out OUT.json``.

build  indexes the task's texts and saves the index to ``--index``
serve  loads that index in a fresh process, answers, and takes times and memory
rank   indexes and answers from known vectors (``--vectors``), for accuracy; ``--task`` may be given several times
"""

from __future__ import annotations

import os

# Before any framework is imported: nothing is reported to anyone, nothing is fetched.
os.environ |= {
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}

import argparse
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from measuring import building, ranking, serving
from systems import SYSTEMS


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=("build", "serve", "rank"))
    parser.add_argument("--system", choices=SYSTEMS, required=True)
    parser.add_argument("--task", type=Path, action="append", required=True)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    found: dict[str, Any]
    if asked.measure == "rank":
        found, packages = ranking(asked.system, asked.task, asked.vectors)
    else:
        measure = building if asked.measure == "build" else serving
        found, packages = measure(asked.system, asked.task[0], asked.index)
    found["versions"] = {package: version(package) for package in packages}
    asked.out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
