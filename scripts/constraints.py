"""Renews or checks constraints.txt, the exact versions that `make setup` installs.

--renew  writes what is installed beside this interpreter (`make constraints` calls it in a scratch
         environment that holds the project with its extras `local`, `traces`, `bench` and `dev`, alone)
--check  says whether every requirement of pyproject.toml has a pin that satisfies it
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
NOT_PINNED = {"pip", "replyassist"}
# Where the pinned release has no wheel for a newer Python, that Python takes what pip finds.
MARKERS = {"lingua-language-detector": 'python_version < "3.14"'}
PLAIN_PIN = re.compile(r"[a-z0-9-]+==[a-z0-9.]+(; python_version < \"[0-9.]+\")?")
HEADER = """\
# The versions that `make setup` installs, resolved on Python {python} for the extras local, traces, bench and dev.
# Renew with `make constraints`. torch carries no build label here: pip takes the CPU build where one
# is offered to it, else its registry's default.
"""


def renew() -> None:
    """Writes one pin for each installed package, without build labels, addresses or paths."""
    pins = {canonicalize_name(item.metadata["Name"]): Version(item.version).public for item in distributions()}
    lines = [f"{name}=={pins[name]}" for name in sorted(pins) if name not in NOT_PINNED]
    lines = [f"{line}; {MARKERS[name]}" if (name := line.split("==")[0]) in MARKERS else line for line in lines]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    CONSTRAINTS.write_text(HEADER.format(python=python) + "\n".join(lines) + "\n", encoding="utf-8")


def problems() -> list[str]:
    """One line for each requirement without a fitting pin, and for each line that is not a plain pin."""
    lines = [line for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    found = [f"'{line}' is not a plain pin" for line in lines if not PLAIN_PIN.fullmatch(line)]
    pins = dict(line.split(";")[0].split("==", 1) for line in lines if "==" in line)
    for requirement in requirements():
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None:
            found.append(f"no pin for '{requirement}'")
        elif not requirement.specifier.contains(pin, prereleases=True):
            found.append(f"the pin {pin} does not satisfy '{requirement}'")
    return found


def requirements() -> list[Requirement]:
    """What pyproject.toml asks for, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(text) for group in groups for text in group]


def main() -> None:
    """Does what the one argument says."""
    if sys.argv[1:] == ["--renew"]:
        renew()
    elif sys.argv[1:] == ["--check"]:
        if found := problems():
            raise SystemExit("\n".join(f"constraints.txt: {line}; run make constraints" for line in found))
    else:
        sys.stderr.write("usage: constraints.py --renew | --check\n")
        raise SystemExit(2)


if __name__ == "__main__":
    main()
