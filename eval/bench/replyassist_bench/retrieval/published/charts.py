"""Three kinds of plots as plain SVG: bars by group, ranges on a log axis, lines. No library, no script, no font."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from .axis import Axis, log_axis

WIDTH = 720.0
LEFT, RIGHT = 215.0, 630.0  # between the names and the values beside the marks
TOP, ROW, GAP = 46.0, 20.0, 30.0
PLOT_LEFT, PLOT_RIGHT, PLOT_TOP, PLOT_BOTTOM = 60.0, 520.0, 62.0, 320.0  # names stand to the right
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Label:
    """A text; ``anchor``: start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    kind: str = "label"


@dataclass(frozen=True)
class Bar:
    """A rectangle; ``tone`` numbers its colour, 0 being ours."""

    x: float
    y: float
    width: float
    height: float
    tone: int
    kind: str = "bar"


@dataclass(frozen=True)
class Dot:
    """The place of a value."""

    x: float
    y: float
    tone: int
    kind: str = "dot"


@dataclass(frozen=True)
class Line:
    """A line through points; ``tone`` -1 is the grid's."""

    points: str
    tone: int
    kind: str = "line"


Mark = Label | Bar | Dot | Line


def bars(title: str, groups: Mapping[str, Mapping[str, float]], *, first: str) -> str:
    """Shares from 0 to 1, a bar for each name in each group; ``first`` begins the names that stand out."""
    marks: list[Mark] = []
    axis, y = Axis(0.0, 1.0, LEFT, RIGHT), TOP
    for group, values in groups.items():
        marks.append(Label(10, y + 4, group, kind="heading"))
        y += ROW
        for name, value in values.items():
            end = axis.place(value)
            marks.append(Label(LEFT - 8, y + 4, name, "end"))
            marks.append(Bar(LEFT, y - 7, round(end - LEFT, 2), 14, _tone(name, first)))
            marks.append(Label(end + 6, y + 4, f"{value:.3f}"))
            y += ROW
        y += GAP - ROW / 2
    return _drawn(title, marks, height=y)


def ranges(title: str, rows: Mapping[str, tuple[float, float]], *, first: str, unit: str) -> str:
    """A line from a median to a 99th percentile for each name, on a log axis; values above 0."""
    axis = log_axis([value for pair in rows.values() for value in pair], start=LEFT, end=RIGHT)
    bottom = TOP + ROW * len(rows)
    marks: list[Mark] = [Line(f"{at},{TOP - 10} {at},{bottom - 10}", -1) for at, _ in axis.ticks()]
    for number, (name, (low, high)) in enumerate(rows.items()):
        y, tone = TOP + ROW * number, _tone(name, first)
        marks.append(Label(LEFT - 8, y + 4, name, "end"))
        marks.append(Line(f"{axis.place(low)},{y} {axis.place(high)},{y}", tone))
        marks += [Dot(axis.place(value), y, tone) for value in (low, high)]
        marks.append(Label(axis.place(high) + 9, y + 4, f"{low:.3g} / {high:.3g}"))
    marks += [Label(at, bottom + 6, words, "middle", "tick") for at, words in axis.ticks()]
    marks.append(Label(RIGHT, bottom + 24, unit, "end", "tick"))
    return _drawn(title, marks, height=bottom + 34)


def lines(title: str, series: Mapping[str, Points], *, log: bool, across: str, up: str) -> str:
    """A line for each name; both axes are log if ``log``, else the upright one runs from 0 to 1."""
    places = [point for points in series.values() for point in points]
    across_values, up_values = [x for x, _ in places], [y for _, y in places]
    if log:
        x_axis = log_axis(across_values, start=PLOT_LEFT, end=PLOT_RIGHT)
        y_axis = log_axis(up_values, start=PLOT_BOTTOM, end=PLOT_TOP)
    else:
        x_axis = Axis(0.0, max(across_values), PLOT_LEFT, PLOT_RIGHT)
        y_axis = Axis(0.0, 1.0, PLOT_BOTTOM, PLOT_TOP)
    marks: list[Mark] = [Line(f"{PLOT_LEFT},{at} {PLOT_RIGHT},{at}", -1) for at, _ in y_axis.ticks()]
    marks += [Label(PLOT_LEFT - 8, at + 4, words, "end", "tick") for at, words in y_axis.ticks()]
    marks += [Label(at, PLOT_BOTTOM + 18, words, "middle", "tick") for at, words in x_axis.ticks()]
    heights: list[float] = []
    for tone, (name, points) in enumerate(series.items()):
        at = [(x_axis.place(x), y_axis.place(y)) for x, y in points]
        marks.append(Line(" ".join(f"{x},{y}" for x, y in at), tone))
        heights.append(_apart(at[-1][1], heights))
        marks.append(Label(PLOT_RIGHT + 8, heights[-1] + 4, name, kind=f"name tone{tone % 6}"))
    marks.append(Label(PLOT_LEFT, PLOT_TOP - 12, up, kind="tick"))
    marks.append(Label(PLOT_RIGHT, PLOT_BOTTOM + 36, across, "end", "tick"))
    return _drawn(title, marks, height=PLOT_BOTTOM + 46)


def _apart(height: float, taken: Sequence[float]) -> float:
    """The next height below at which a name covers none that stands already."""
    for other in sorted(taken):
        if abs(other - height) < 15:
            height = other + 15
    return height


def _tone(name: str, first: str) -> int:
    return 0 if name.startswith(first) else 1


def _drawn(title: str, marks: Sequence[Mark], *, height: float) -> str:
    environment = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("chart.svg")
    return template.render(title=title, marks=marks, width=WIDTH, height=round(height))
