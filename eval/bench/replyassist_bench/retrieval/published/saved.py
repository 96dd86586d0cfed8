"""The published figures as a file: parts that are measured again replace their own figures alone."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from replyassist.core.errors import InvalidInput

from ..bench import Figures

FOLDER, FILE = "benchmarks", "retrieval.json"
PACKAGES = ("replyassist", "sentence-transformers", "torch", "faiss-cpu", "numpy")
ABOUT, OTHERS = "about", "other_encoders"


@dataclass(frozen=True)
class Saved:
    """Figures under the names of the contract; ``about`` says of each part when and where it was measured."""

    figures: Figures
    about: dict[str, Any]

    @classmethod
    def read(cls, docs: Path) -> Self:
        """What the documentation's folder holds, if anything; raise InvalidInput for a file that is not ours."""
        path = docs / FOLDER / FILE
        if not path.is_file():
            return cls({}, {})
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InvalidInput(f"cannot be read: {error}", file=str(path)) from error
        if not isinstance(found, dict):
            raise InvalidInput("is not a JSON object", file=str(path))
        about = found.pop(ABOUT, {})
        return cls(found, about)

    def with_part(self, name: str, figures: Figures, *, measured: dict[str, Any], encoder: str = "") -> Saved:
        """One part measured anew; with another ``encoder`` its figures stand beside those of the configured one."""
        if encoder:
            others = self.figures.get(OTHERS, {})
            figures = {OTHERS: others | {encoder: others.get(encoder, {}) | figures}}
            name = f"{name} with {encoder}"
        return Saved(self.figures | figures, self.about | {name: measured})

    def write(self, docs: Path) -> None:
        """Written beside and renamed, so that a run that is stopped leaves the old file."""
        folder = docs / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / f"{FILE}.new"
        beside.write_text(json.dumps(self.figures | {ABOUT: self.about}, indent=1) + "\n", encoding="utf-8")
        beside.replace(folder / FILE)


def machine() -> dict[str, Any]:
    """Where a part is measured, without names: cores, memory, system, how busy it was, and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 1),
        "versions": {package: version(package) for package in PACKAGES},
    }
