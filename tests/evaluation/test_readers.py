"""What readers say blind: their orders, their sides, and what follows from their choices."""

from __future__ import annotations

from pathlib import Path

import pytest

from replyassist.core.errors import Conflict
from replyassist.evaluation.labelling import LabelBook, next_for, order_of
from replyassist.evaluation.labels import Label, Usability
from replyassist.evaluation.pairs import Preference, PreferenceBook, next_pair, opened_pairs, pairs_of, preferences
from tests.evaluation.builders import case, proposal, result, run

RUN = run(*(result(n, case=case(n), proposal=proposal(f"draft {n}" if n else "")) for n in range(40)))
OTHER = run(
    *(result(n, case=case(n), proposal=proposal(f"draft {n}" if n < 20 else f"other {n}")) for n in range(40)), id="r2"
)


def label(number: int, by: str = "reader-1") -> Label:
    return Label(case_id=f"c{number}", draft=f"draft {number}", label=Usability.SEND_READY, by=by)


def test_each_reader_has_an_order_of_their_own_that_stays() -> None:
    first, second = order_of(RUN, "reader-1"), order_of(RUN, "reader-2")

    assert [each.case.id for each in first] != [each.case.id for each in second]
    assert first == order_of(RUN, "reader-1")
    assert {each.case.id for each in first} == {f"c{n}" for n in range(1, 40)}


def test_labelling_goes_on_where_it_was_and_undo_brings_the_draft_back(tmp_path: Path) -> None:
    book = LabelBook(tmp_path, "run-1")
    first, progress = next_for(RUN, "reader-1", book.of("reader-1"))
    assert first is not None
    assert (progress.done, progress.total) == (0, 39)
    made = label(int(first.case.id[1:]))
    book.add(made)
    with pytest.raises(Conflict):
        book.add(made)
    again, progress = next_for(RUN, "reader-1", book.of("reader-1"))

    assert again is not None
    assert (again.case.id != first.case.id, progress.done) == (True, 1)
    assert book.undo("reader-1") == made
    assert book.undo("reader-1") is None
    assert next_for(RUN, "reader-1", book.of("reader-1"))[0] == first


def test_the_labels_of_all_readers_are_together(tmp_path: Path) -> None:
    book = LabelBook(tmp_path, "run-1")
    for reader in ("reader-1", "reader-2"):
        book.add(label(1, reader))
    assert [each.by for each in book.every()] == book.readers() == ["reader-1", "reader-2"]


def test_pairs_are_of_different_drafts_alone_and_on_both_sides() -> None:
    pairs = pairs_of(RUN, OTHER, "reader-1")

    assert {pair.case.id for pair in pairs} == {f"c{n}" for n in range(20, 40)}
    assert {pair.left_is_old for pair in pairs} == {True, False}
    for pair in pairs:
        assert pair.preferred("left") == ("old" if pair.left == pair.old else "new")
        assert pair.preferred("tie") == "tie"


def test_choices_are_counted_with_a_test_and_the_agreement_of_readers(tmp_path: Path) -> None:
    book = PreferenceBook(tmp_path, "r1", "r2")
    book.open()
    for by in ("reader-1", "reader-2"):
        for number in range(12):
            chosen = "new" if number < 10 else "old"
            book.add(Preference(id=f"c{number}", by=by, old="a", new="b", preferred=chosen))
    found = preferences(book.every())

    assert (found.old, found.new, found.tie, found.readers) == (4, 20, 0, 2)
    assert found.p_value < 0.01
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(1.0)
    assert opened_pairs(tmp_path) == [("r1", "r2")]


def test_a_broken_line_is_left_out_and_the_next_pair_is_the_first_not_chosen(tmp_path: Path) -> None:
    book, pairs = PreferenceBook(tmp_path, "r1", "r2"), pairs_of(RUN, OTHER, "reader-1")
    first = pairs[0]
    book.add(Preference(id=first.case.id, by="reader-1", old=first.old, new=first.new, preferred="tie"))
    with (book.folder / "reader-1.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "cut o\n')

    assert next_pair(pairs, book.of("reader-1")) == (pairs[1], 1)
    assert preferences([]).p_value == 1.0
