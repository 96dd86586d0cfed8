"""The report holds all that a run found, needs nothing beside itself, and nothing in it can act."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.record import EvaluationRun
from replyassist.evaluation.report import write_report
from replyassist.evaluation.report.page import render
from replyassist.guardrails import OmittedFact, Severity, Span, Support
from tests.evaluation.builders import DRAFT, case, finding, proposal, result, run

HOSTILE = "\"'></summary></details><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}\u202eevil\x00"


class Reader(HTMLParser):
    """Collects tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script" and not self.scripts:
            self.scripts.append(data)
        self.text += data


def sample(**overrides: Any) -> EvaluationRun:
    good = result(1, assertions={"send_ready": True, "grounded": True}, scores={"best_score": 0.9, "seconds": 1.0})
    bad = result(
        2,
        case=case(2, tags=["two-questions"]),
        assertions={"send_ready": False, "grounded": False, "verdict_holds": True},
        scores={"best_score": 0.5, "seconds": 2.5, "fact_coverage": 0.5},
        proposal=proposal(
            findings=(finding(Severity.BLOCK, start=19, end=31, excerpt="32 countries"),),
            verdict="blocked",
            spans=(Span(start=0, end=7, support=Support.VOICE), Span(start=8, end=40, support=Support.NONE)),
            left_out=(OmittedFact(text="Returns are free", was_asked=True),),
        ),
    )
    failed = result(3, case=case(3, brand="harbour"), proposal=None, error="the model is away")
    return run(good, bad, failed, **({"thresholds": {"fernhill": 0.5}} | overrides))


def test_the_file_stands_alone(tmp_path: Path) -> None:
    path = write_report(sample(), tmp_path / "new" / "folder")

    page = path.read_text(encoding="utf-8")
    reader = Reader(page)
    assert path.name == "index.html"
    assert not {"link", "img", "iframe", "object"} & set(reader.tags)
    assert not [value for name, value in reader.attributes if name in {"src", "href", "srcset"}]
    assert "url(" not in page
    assert "@import" not in page


def test_the_worst_case_comes_first() -> None:
    order = re.findall(r"<summary><strong><bdi>(c\d)", render(sample()))

    assert order == ["c3", "c2", "c1"]


def test_what_is_called_ready_and_is_wrong_comes_before_everything_and_says_why() -> None:
    wrong = result(4, assertions={"ready_right": False}, labels={"ready_wrong": "route: draft, not escalate"})
    plain = sample()

    page = render(run(*plain.results, wrong))

    assert re.findall(r"<summary><strong><bdi>(c\d)", page) == ["c4", "c3", "c2", "c1"]
    assert "Called ready, and wrong: route: draft, not escalate" in Reader(page).text
    assert re.search(r"Called ready, and right\s*0\.000\s*0\.000 to 0\.793\s*1", Reader(page).text)


def test_a_case_opens_with_its_spans_findings_and_what_it_left_out() -> None:
    page = render(sample())
    reader = Reader(page)

    assert '<mark class="block"' in page
    assert 'class="voice" title="greeting, empathy or closing"' in page
    for words in (
        "No template says 32.",
        "Returns are free",
        "was asked",
        "Hi Tom! Yes, we ship to Norway.",
        "the model is away",
    ):
        assert words in reader.text
    assert DRAFT in reader.text.replace("\n", "")


def test_figures_come_with_their_interval_and_denominator() -> None:
    text = re.sub(r"\s+", " ", Reader(render(sample())).text)

    assert re.search(r"Ready to send as they are ?0\.333 ?0\.061 to 0\.792 ?3", text)


@pytest.mark.parametrize("place", ["text", "author_name", "parent_text", "brand", "tags", "reply"])
def test_hostile_text_of_a_case_is_only_text(place: str) -> None:
    plain = sample()
    expected = {"template_id": HOSTILE, "reply": HOSTILE, "must_include": [HOSTILE], "must_not_include": [HOSTILE]}
    special: dict[str, dict[str, Any]] = {"tags": {"tags": [HOSTILE]}, "reply": {"expected": expected}}
    fields = special.get(place, {place: HOSTILE[:60]})
    page = render(run(result(1, case=case(1, **fields)), *plain.results[1:]))

    assert_inert(page)


def test_hostile_text_of_a_draft_and_of_every_name_is_only_text() -> None:
    found = finding(Severity.WARN, rule=HOSTILE, explanation=HOSTILE, excerpt=HOSTILE, start=3, end=20)
    spans = (Span(start=0, end=500, support=Support.TEMPLATE, source=HOSTILE),)
    drafted = proposal(HOSTILE, findings=(found,), spans=spans, left_out=(OmittedFact(text=HOSTILE, was_asked=False),))
    drafted = drafted.model_copy(update={"notes": (HOSTILE,), "template_id": HOSTILE})
    hostile = result(
        1,
        proposal=drafted,
        error=HOSTILE,
        labels={HOSTILE: HOSTILE},
        scores={HOSTILE: 1.0},
        assertions={HOSTILE: False},
    )
    page = render(run(hostile, id=HOSTILE, model=HOSTILE))

    assert_inert(page)
    assert "[U+202E]" in page


def assert_inert(page: str) -> None:
    reader = Reader(page)
    assert reader.tags.count("script") == 1
    assert "img" not in reader.tags
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert "\u202e" not in page
    assert "\x00" not in page
    assert "49" not in reader.text or "{{ 7*7 }}" in reader.text


def test_only_the_pages_own_script_may_run() -> None:
    from base64 import b64encode
    from hashlib import sha256

    page = render(sample())
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)

    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = next(value for name, value in Reader(page).attributes if name == "content" and "default-src" in value)
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_a_run_without_drafts_and_one_without_cases_can_be_shown() -> None:
    assert "The drafts" not in Reader(render(run(result(1, proposal=None, error="x"), stages=("retrieval",)))).text
    assert "0 cases" in Reader(render(run())).text


def test_a_folder_that_cannot_be_made_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")

    with pytest.raises(InvalidInput, match="file"):
        write_report(sample(), tmp_path / "file" / "report")
