"""Labels that people gave to drafts, and how far our own verdict agrees with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.agreement import agreement
from replyassist.evaluation.labels import Label, Usability, load_labels
from replyassist.guardrails import Verdict
from replyassist.review.failures import FailureKind
from tests.evaluation.builders import DRAFT, proposal, result, run


def label(number: int = 1, **overrides: Any) -> Label:
    fields: dict[str, Any] = {"case_id": f"c{number}", "draft": DRAFT, "label": "send-ready", "by": "reader-1"}
    return Label.model_validate(fields | overrides)


def write(path: Path, *records: Any) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


class TestLoading:
    def test_a_label_is_read_with_its_failures(self, tmp_path: Path) -> None:
        record = {"case_id": "c1", "draft": "Hi!", "label": "not-usable", "failures": ["unsupported_fact"], "by": "r1"}

        (found,) = load_labels(write(tmp_path / "labels.jsonl", record))

        assert found.label is Usability.NOT_USABLE
        assert found.failures == (FailureKind.UNSUPPORTED_FACT,)

    def test_every_file_of_a_folder_is_read(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            write(tmp_path / f"{name}.jsonl", {"case_id": name, "draft": "Hi!", "label": "send-ready", "by": "r1"})

        assert [found.case_id for found in load_labels(tmp_path)] == ["a", "b"]

    @pytest.mark.parametrize(
        ("record", "complaint"),
        [
            ({"draft": "Hi!", "label": "send-ready", "by": "r"}, r"labels\.jsonl:1.*field 'case_id'"),
            ({"case_id": "c", "draft": "Hi!", "label": "good", "by": "r"}, r"field 'label'.*send-ready"),
            ({"case_id": "c", "draft": "Hi!", "label": "needs-edit", "by": "r", "failures": ["no"]}, "field .failure"),
            ({"case_id": "c", "draft": "Hi!", "label": "send-ready", "by": "r", "failures": ["stale"]}, "no failures"),
            ({"case_id": "c", "draft": "Hi!", "label": "needs-edit", "by": "r"}, "says what is wrong"),
            ({"case_id": "c", "draft": "Hi!", "label": "send-ready", "by": "r", "mood": 1}, "field 'mood'"),
        ],
    )  # fmt: skip
    def test_a_mistake_is_named_with_its_place(self, tmp_path: Path, record: Any, complaint: str) -> None:
        with pytest.raises(InvalidInput, match=complaint):
            load_labels(write(tmp_path / "labels.jsonl", record))

    def test_one_reader_labels_a_draft_once(self, tmp_path: Path) -> None:
        record = {"case_id": "c", "draft": "Hi!", "label": "send-ready", "by": "r"}

        with pytest.raises(InvalidInput, match=r"labels\.jsonl:2.*twice"):
            load_labels(write(tmp_path / "labels.jsonl", record, record))

    def test_a_file_that_is_no_json_is_refused_with_its_line(self, tmp_path: Path) -> None:
        (tmp_path / "labels.jsonl").write_text('\n{"case_id":', encoding="utf-8")

        with pytest.raises(InvalidInput, match=r"labels\.jsonl:2.*not valid JSON"):
            load_labels(tmp_path / "labels.jsonl")


class TestAgreement:
    def test_a_verdict_that_people_share_agrees(self) -> None:
        blocked = proposal(verdict=Verdict.BLOCKED)
        found = agreement(
            run(result(1), result(2, proposal=blocked)),
            [label(1), label(2, label="not-usable", failures=["unsupported_fact"])],
        )

        assert found.confusion == {"ready": {"send-ready": 1}, "blocked": {"not-usable": 1}}
        assert found.kappa is not None
        assert found.kappa.value == 1.0

    def test_drafts_that_people_would_not_send_but_we_call_ready_are_listed(self) -> None:
        found = agreement(run(result(1), result(2)), [label(1), label(2, label="needs-edit", failures=["too_long"])])

        assert found.ready_precision is not None
        assert found.ready_precision.value == 0.5
        assert found.too_lenient == ("c2",)
        assert found.failures == {"too_long": 1}

    def test_a_label_of_another_draft_says_nothing_of_this_one(self) -> None:
        found = agreement(run(result(1)), [label(1, draft="Another text."), label(7)])

        assert found.compared == 0
        assert (found.other_draft, found.unknown_case) == (1, 1)
        assert found.kappa is None

    def test_several_readers_count_by_their_majority_and_the_stricter_wins_a_tie(self) -> None:
        labels = [
            label(1, by="a"), label(1, by="b"), label(1, by="c", label="needs-edit", failures=["too_long"]),
            label(2, by="a"), label(2, by="b", label="needs-edit", failures=["too_long"]),
        ]  # fmt: skip

        found = agreement(run(result(1), result(2)), labels)

        assert found.confusion == {"ready": {"send-ready": 1, "needs-edit": 1}}

    def test_two_readers_are_held_against_each_other(self) -> None:
        labels = [label(number, by=by) for number in (1, 2) for by in ("a", "b")]
        labels += [label(3, by=by, label="not-usable", failures=["unsafe"]) for by in ("a", "b")]

        found = agreement(run(result(1), result(2), result(3)), labels)

        assert found.between_readers is not None
        assert found.between_readers.value == 1.0
