from __future__ import annotations

from xml.etree import ElementTree

from replyassist_bench.retrieval.published.plots import plots

SYSTEM = {"added_ms_p50": 0.5, "added_ms_p99": 0.9}
PEERS = {
    "accuracy": {"banking77_10": {"replyassist": {"hit_at_1": 0.9}, "bm25": {"hit_at_1": 0.5}}},
    "systems": {"replyassist": SYSTEM, "haystack": {"added_ms_p50": 20.0, "added_ms_p99": 30.0}},
}
LEARNING = {
    "learning": {"last_500": 0.86, "curve": [[250, 0.6], [500, 0.8]]},
    "no_learning": {"last_500": 0.53, "curve": [[250, 0.5], [500, 0.53]]},
    "window": 250,
}
SCALE = {
    "10000": {"search_ms_p50": 0.5, "exact_ms_p50": 1.5},
    "1000": {"search_ms_p50": 0.2, "exact_ms_p50": 0.1},
}


def words(svg: str) -> set[str | None]:
    return {text.text for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}


def test_nothing_is_drawn_of_what_was_not_measured() -> None:
    assert plots({}) == {}
    assert plots({"peers": {"unavailable": "not installed"}}) == {}


def test_each_part_has_its_plot() -> None:
    drawn = plots({"peers": PEERS, "learning": LEARNING, "scale": SCALE})

    assert drawn.keys() == {f"retrieval-{name}" for name in ("accuracy", "latency", "learning", "scale")}
    assert {"Haystack, in-memory store", "20 / 30"} <= words(drawn["retrieval-latency"])
    assert {"BM25 (bm25s)", "0.900"} <= words(drawn["retrieval-accuracy"])


def test_the_learning_curve_shows_the_runs_that_were_measured() -> None:
    assert {"with learning", "without learning"} <= words(plots({"learning": LEARNING})["retrieval-learning"])


def test_sizes_stand_in_their_order() -> None:
    svg = ElementTree.fromstring(plots({"scale": SCALE})["retrieval-scale"])
    curves = [line for line in svg.iter("{http://www.w3.org/2000/svg}polyline") if "grid" not in line.attrib["class"]]

    for line in curves:
        across = [float(point.split(",")[0]) for point in line.attrib["points"].split()]
        assert across == sorted(across)
    assert len(curves) == 2
