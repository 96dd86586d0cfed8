"""A confusion matrix as a picture: plain SVG, readable without colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

CELL, LEFT, TOP, RIGHT = 44, 150, 120, 60
DARK_FROM = 0.55  # share of a row from which its number is written in white


def confusion_svg(confusion: Mapping[str, Mapping[str, int]], *, title: str) -> str:
    """Rows are what messages are, columns what they were read as; a cell is as dark as its share of the row."""
    names = list(confusion)
    width, height = LEFT + CELL * len(names) + RIGHT, TOP + CELL * len(names) + RIGHT
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'font-family="system-ui, sans-serif" font-size="12"><title>{escape(title)}</title>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            f'<text x="8" y="18" font-size="14">{escape(title)}</text>',
            *_heads(names),
            *_cells(confusion, names),
            "</svg>\n",
        ]
    )


def _heads(names: list[str]) -> Iterator[str]:
    for place, name in enumerate(names):
        middle = place * CELL + CELL / 2
        said = escape(name.replace("_", " "))
        yield f'<text x="{LEFT - 8}" y="{TOP + middle + 4:g}" text-anchor="end">{said}</text>'
        yield f'<text transform="translate({LEFT + middle + 4:g} {TOP - 8}) rotate(-50)">{said}</text>'


def _cells(confusion: Mapping[str, Mapping[str, int]], names: list[str]) -> Iterator[str]:
    for down, truth in enumerate(names):
        total = sum(confusion[truth].values()) or 1
        for across, told in enumerate(names):
            count = confusion[truth].get(told, 0)
            share = count / total
            x, y = LEFT + across * CELL, TOP + down * CELL
            frame = "#111" if truth == told else "#ddd"
            yield (
                f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="#1d4ed8" fill-opacity="{share:.2f}" '
                f'stroke="{frame}"><title>{escape(truth)} read as {escape(told)}: {count}</title></rect>'
            )
            if count:
                ink, middle = "#fff" if share >= DARK_FROM else "#111", f'x="{x + CELL / 2:g}" y="{y + CELL / 2 + 4:g}"'
                yield f'<text {middle} text-anchor="middle" fill="{ink}">{count}</text>'
