"""One scale of type, one accent and short motion: read from the style sheets themselves."""

from __future__ import annotations

import re

from replyassist.web.pages import STATIC

SHEETS = {path.name: path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.css"))}
SIZES = ("tiny", "small", "body", "read", "title", "figure")
DRAWN = r"\.tick \{[^}]*\}"
"""Words within a chart are in the units of its drawing."""
MOTION_MS = 150


def test_every_text_has_a_size_of_the_scale() -> None:
    of_the_page = r"html \{[^}]*\}"
    other = {
        f"{name}: {declared}"
        for name, sheet in SHEETS.items()
        for declared in re.findall(r"font(?:-size)?: [^;}]+", re.sub(f"{DRAWN}|{of_the_page}", "", sheet))
        if "inherit" not in declared and not any(f"var(--{size})" in declared for size in SIZES)
    }
    assert other == set()
    assert len(re.findall("|".join(f"--{size}: " for size in SIZES), SHEETS["console.css"])) == len(SIZES)


def test_nothing_moves_for_long() -> None:
    moved = [
        (name, declared)
        for name, sheet in SHEETS.items()
        for declared in re.findall(r"(?:transition|animation): [^;}]+", sheet)
        if "infinite" not in declared  # what waits turns for as long as it takes
    ]
    found = [re.findall(r"([\d.]+)(m?s)\b", declared) for _, declared in moved]
    lengths = [float(number) * (1 if unit == "ms" else 1000) for times in found for number, unit in times]
    assert lengths
    assert max(lengths) <= MOTION_MS


def test_colours_are_named_once_for_light_and_once_for_dark() -> None:
    light, dark = (
        dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]+)", part)) for part in SHEETS["console.css"].split("prefers-color", 1)
    )
    assert light.keys() == dark.keys()
    loose = {
        f"{name}: {colour}"
        for name, sheet in SHEETS.items()
        for colour in re.findall(r":[^;{}]*(#[0-9a-f]{3,8})\b", re.sub(r":root \{[^}]*\}", "", sheet))
    }
    assert loose == set()
