"""Writes the figures, the plots and the generated section of the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from replyassist.core.errors import InvalidInput

from ..bench import Figures
from .plots import plots
from .saved import FILE, FOLDER, OTHERS, Saved
from .tables import accuracy_table, goals_table, sets_table, systems_table

PAGE = "benchmarks.md"
EMBEDDED = "default encoder"
BEGIN, END = "<!-- retrieval: generated, begin -->", "<!-- retrieval: generated, end -->"
CAPTIONS = {
    "retrieval-accuracy": "hit@1 of every system on three data sets",
    "retrieval-latency": "added latency of every system, median and 99th percentile, on a log axis",
    "retrieval-learning": "accuracy over a sliding window, with and without learning",
    "retrieval-scale": "search time against the number of examples",
}


def publish(saved: Saved, docs: Path) -> None:
    """Write ``benchmarks/retrieval.json`` and plots under ``docs``, and the section between the marks of its page.

    Raise InvalidInput when the page has no marks. What stands outside of them is left as it is.
    """
    page = docs / PAGE
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(END) < text.index(BEGIN):
        raise InvalidInput(f"needs the lines '{BEGIN}' and '{END}' around what is generated", file=str(page))
    saved.write(docs)
    drawn = plots(saved.figures)
    for name, svg in drawn.items():
        (docs / FOLDER / f"{name}.svg").write_text(svg + "\n", encoding="utf-8")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    section = "\n\n".join(part for part in _section(saved, list(drawn)) if part)
    page.write_text(f"{before}{BEGIN}\n{section}\n{after}", encoding="utf-8")


def _section(saved: Saved, drawn: list[str]) -> Iterator[str]:
    yield goals_table(saved.figures)
    yield sets_table({EMBEDDED: saved.figures, **saved.figures.get(OTHERS, {})})
    peers: Figures = saved.figures.get("peers", {})
    if "unavailable" in peers:
        yield f"The peers were not measured: {peers['unavailable']}."
    if peers.get("accuracy"):
        yield "### Beside other frameworks"
        yield accuracy_table(peers["accuracy"])
        yield systems_table(peers["systems"])
        yield _versions(peers)
        yield "\n".join(f"- {name} is missing: {why}" for name, why in peers.get("failed", {}).items())
    yield "\n".join(f"![{CAPTIONS[name]}]({FOLDER}/{name}.svg)" for name in drawn)
    yield _measured(saved)


def _versions(peers: Figures) -> str:
    return "Versions: " + ", ".join(f"{name} {number}" for name, number in sorted(peers["versions"].items())) + "."


def _measured(saved: Saved) -> str:
    rows = [
        f"{name} on {about['date']} in {about['seconds']:,.0f} s ({about['cores']} cores, {about['memory_gb']} GB, "
        f"load {about['load_before']} before)"
        for name, about in saved.about.items()
    ]
    return "Measured: " + "; ".join(rows) + f". All figures: [{FOLDER}/{FILE}]({FOLDER}/{FILE})."
