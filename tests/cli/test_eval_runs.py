"""`replyassist eval compare`, `gate`, `judge` and `agreement`, as they are typed."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from replyassist.core.resources import resource_folder
from replyassist.evaluation.record import EvaluationRun, save_run
from replyassist.testing import FakeEndpoint
from tests.cli.result import Run
from tests.evaluation.builders import DRAFT, result, run

CASES = [
    {"id": "c1", "brand": "fernhill", "text": "do you ship to Norway??",
     "expected": {"template_id": "shipping-abroad", "must_include": ["32 countries"]}},
    {"id": "c2", "brand": "fernhill", "text": "how long is delivery?", "expected": {"template_id": "delivery-time"}},
]  # fmt: skip


@pytest.fixture
def evaluate(typed: Run) -> Run:
    """Runs ``replyassist eval``."""
    return partial(typed, "eval")


def kept(path: Path, evaluated: EvaluationRun) -> Path:
    save_run(evaluated, path)
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return kept(tmp_path / "good.json", run(*(result(n, assertions={"grounded": True}) for n in range(20)), id="good"))


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    results = (result(n, assertions={"grounded": n > 9}) for n in range(20))
    return kept(tmp_path / "bad.json", run(*results, id="bad"))


class TestCompare:
    def test_the_table_says_what_is_worse_and_where(self, evaluate: Run, good: Path, bad: Path) -> None:
        found = evaluate("compare", good, bad)

        assert found.status == 0
        assert "good -> bad, 20 cases in both" in found.out
        assert "grounded, worst losses: c0 (1.00 to 0.00)" in found.out

    def test_the_document_holds_every_measure(self, evaluate: Run, good: Path, bad: Path) -> None:
        document = evaluate("compare", good, bad, "--json").document

        grounded = next(item for item in document["measures"] if item["measure"] == "grounded")
        assert (grounded["judgement"], grounded["won"], grounded["lost"], grounded["tied"]) == ("worse", 0, 10, 10)
        assert set(grounded["difference"]) == {"value", "low", "high", "n"}

    def test_different_voices_are_told_and_what_ready_is_worth_comes_first(self, evaluate: Run, tmp_path: Path) -> None:
        runs = [
            kept(tmp_path / name, run(
                *(result(n, assertions={"grounded": n > 9 or name == "a", "ready_right": True}) for n in range(20)),
                voice_digests={"fernhill": name * 64}, voice_sources={"fernhill": f"{name}.yaml"},
            ))
            for name in "ab"
        ]  # fmt: skip

        found = evaluate("compare", *runs)

        voices = f"{'a' * 12} from a.yaml, then {'b' * 12} from b.yaml"
        assert f"fernhill was answered with different voices: {voices}" in found.out
        document = evaluate("compare", *runs, "--json").document
        assert document["measures"][0]["measure"] == "ready_right"
        assert document["other_voices"][0]["brand"] == "fernhill"

    def test_a_file_that_is_no_run_is_bad_input(self, evaluate: Run, good: Path, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text("{}", encoding="utf-8")

        found = evaluate("compare", good, tmp_path / "x.json")

        assert found.status == 2
        assert "x.json" in found.err


class TestGateOfRuns:
    def test_worse_is_exit_status_1_and_as_good_is_0(self, evaluate: Run, good: Path, bad: Path) -> None:
        assert evaluate("gate", "--baseline", good, "--candidate", bad).status == 1
        found = evaluate("gate", "--baseline", bad, "--candidate", good)
        assert (found.status, found.out.splitlines()[-1]) == (0, "The gate is open.")

    def test_one_draft_newly_ready_and_wrong_is_enough_without_a_model_unless_it_is_allowed(
        self, evaluate: Run, tmp_path: Path
    ) -> None:
        before, after = (
            kept(tmp_path / name, run(result(1, assertions={"ready_right": name == "a"}), model=None)) for name in "ab"
        )

        shut = evaluate("gate", "--baseline", before, "--candidate", after)

        assert (shut.status, "ready_and_wrong: 1 labelled cases" in shut.out) == (1, True)
        assert evaluate("gate", "--baseline", before, "--candidate", after, "--max-lost", "1").status == 0

    def test_limits_are_read_by_measure(self, evaluate: Run, good: Path, bad: Path) -> None:
        assert evaluate("gate", "--baseline", good, "--candidate", bad, "--max-drop", "grounded=0.6").status == 0
        found = evaluate("gate", "--candidate", bad, "--min", "grounded_rate=0.6", "--json")
        assert (found.status, found.document["passed"]) == (1, False)
        assert found.document["objections"][0]["check"] == "below_minimum"

    @pytest.mark.parametrize(
        "arguments",
        [[], ["--min", "grounded=much", "--candidate", "good.json"], ["--min", "0.5", "--candidate", "good.json"],
         ["--changed-faq", "."], ["--changed-faq", ".", "--candidate", "good.json", "--cases", "c"]],
    )  # fmt: skip
    def test_what_makes_no_sense_is_wrong_usage(self, evaluate: Run, good: Path, arguments: list[str]) -> None:
        assert evaluate("gate", *arguments).status == 2


@pytest.mark.encoder
class TestGateOfChanges:
    @pytest.fixture
    def cases(self, tmp_path: Path) -> Path:
        path = tmp_path / "cases.jsonl"
        path.write_text("\n".join(map(json.dumps, CASES)), encoding="utf-8")
        return path

    @pytest.fixture
    def templates(self, tmp_path: Path) -> Path:
        """A copy of the sample templates, for changing."""
        folder = tmp_path / "faq" / "fernhill"
        folder.mkdir(parents=True)
        for file in (resource_folder("faq") / "fernhill").glob("*.yaml"):
            (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        return folder

    def test_templates_as_they_are_change_nothing(self, evaluate: Run, cases: Path, templates: Path) -> None:
        found = evaluate("gate", "--cases", cases, "--changed-faq", templates, "--json")

        assert (found.status, found.document["case_differences"]) == (0, [])
        assert found.document["cases"] == 2

    def test_a_changed_fact_is_shown_and_the_lost_case_shuts_the_gate(
        self, evaluate: Run, cases: Path, templates: Path
    ) -> None:
        file = templates / "shipping-abroad.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("32", "40"), encoding="utf-8")

        found = evaluate("gate", "--cases", cases, "--changed-faq", templates.parent)

        assert found.status == 1, found.out + found.err
        assert "1 of 2 labelled cases differ; ready to send: 0 won, 1 lost" in found.out
        assert "lost_cases" in found.out
        assert evaluate("gate", "--cases", cases, "--changed-faq", templates, "--max-lost", "1").status == 0

    def test_prompts_that_lack_a_file_are_refused(self, evaluate: Run, cases: Path, tmp_path: Path) -> None:
        (tmp_path / "prompts").mkdir()

        found = evaluate("gate", "--cases", cases, "--changed-prompts", tmp_path / "prompts")

        assert found.status == 2
        assert "draft_system.j2" in found.err


class TestJudgeAndAgreement:
    @pytest.fixture
    def labels(self, tmp_path: Path) -> Path:
        path = tmp_path / "labels.jsonl"
        records = [
            {"case_id": "c0", "draft": DRAFT, "label": "send-ready", "by": "reader-1"},
            {
                "case_id": "c1",
                "draft": DRAFT,
                "label": "not-usable",
                "failures": ["unsupported_fact"],
                "by": "reader-1",
            },
        ]
        path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
        return path

    def test_the_judge_is_held_against_the_labels(
        self, evaluate: Run, good: Path, labels: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with FakeEndpoint(reply='{"findings": []}') as endpoint:
            monkeypatch.setenv("REPLYASSIST_JUDGE_BASE_URL", endpoint.base_url)
            monkeypatch.setenv("REPLYASSIST_JUDGE_MODEL", "judge-1")
            monkeypatch.setenv("REPLYASSIST_JUDGE_API_KEY", "secret-key")
            found = evaluate("judge", good, "--labels", labels, "--json")

        assert found.status == 0, found.err
        assert endpoint.headers[0]["authorization"] == "Bearer secret-key"
        assert endpoint.bodies[0]["model"] == "judge-1"
        assert (found.document["judged"], found.document["labelled"]) == (20, 2)
        assert found.document["confusion"] == {"send-ready": {"send-ready": 1, "not-usable": 1}}

    def test_a_judge_whose_agreement_is_low_is_said_to_be_none(
        self, evaluate: Run, good: Path, labels: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with FakeEndpoint(reply='{"findings": []}') as endpoint:
            monkeypatch.setenv("REPLYASSIST_JUDGE_BASE_URL", endpoint.base_url)
            monkeypatch.setenv("REPLYASSIST_JUDGE_MODEL", "judge-1")
            found = evaluate("judge", good, "--labels", labels, "--drafts-of-labels")

        assert found.status == 0, found.err
        assert "Not to be used for decisions" in found.out
        assert len(endpoint.bodies) == 2

    def test_without_a_judge_it_says_which_settings_are_missing(self, evaluate: Run, good: Path) -> None:
        found = evaluate("judge", good)

        assert found.status == 2
        assert "REPLYASSIST_JUDGE_BASE_URL" in found.err

    def test_agreement_prints_the_confusion_and_what_is_too_lenient(
        self, evaluate: Run, good: Path, labels: Path
    ) -> None:
        found = evaluate("agreement", good, "--labels", labels)

        assert found.status == 0
        assert "people would not send: c1" in found.out
        assert evaluate("agreement", good, "--labels", labels, "--json").document["compared"] == 2
