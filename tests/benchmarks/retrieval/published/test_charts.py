from __future__ import annotations

from xml.etree import ElementTree

from replyassist_bench.retrieval.published.charts import bars, lines, ranges

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str, tag: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f"{SVG}{tag}")


def words(svg: str) -> list[str]:
    return [text.text or "" for text in drawn(svg, "text")]


def test_bars_are_as_long_as_their_shares_and_ours_stands_out() -> None:
    svg = bars("hit@1", {"banking77": {"ours": 0.9, "theirs": 0.45}}, first="ours")
    ours, theirs = drawn(svg, "rect")

    assert float(ours.attrib["width"]) == 2 * float(theirs.attrib["width"])
    assert (ours.attrib["class"], theirs.attrib["class"]) == ("fill0", "fill1")
    assert {"hit@1", "banking77", "ours", "theirs", "0.900", "0.450"} <= set(words(svg))


def test_ranges_go_from_median_to_percentile() -> None:
    svg = ranges("added", {"ours": (0.1, 1.0), "theirs": (10.0, 100.0)}, first="ours", unit="ms")
    places = [float(dot.attrib["cx"]) for dot in drawn(svg, "circle")]

    assert places == sorted(places)
    assert "10 / 100" in words(svg)


def test_lines_pass_through_their_points_and_names_do_not_cover_each_other() -> None:
    series = {"with": [(0.0, 0.5), (2000.0, 0.9)], "without": [(0.0, 0.5), (2000.0, 0.89)]}
    svg = lines("curve", series, log=False, across="messages", up="accuracy")
    heights = [float(text.attrib["y"]) for text in drawn(svg, "text") if text.text in series]

    assert len([line for line in drawn(svg, "polyline") if "grid" not in line.attrib["class"]]) == 2
    assert abs(heights[0] - heights[1]) >= 14


def test_what_looks_like_markup_stays_text() -> None:
    assert "<b>" in words(bars("t", {"<b>": {"x": 0.5}}, first="x"))
