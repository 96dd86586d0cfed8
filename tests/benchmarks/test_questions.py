from __future__ import annotations

from replyassist.inbox.inbound import InboundMessage
from replyassist.triage import Kind
from replyassist_bench.kinds import Labelled
from replyassist_bench.questions import measures_of


def labelled(kind: Kind, *questions: str) -> Labelled:
    return Labelled(
        id="-".join(questions), writer="shop", message=InboundMessage("text"), kind=kind, questions=questions
    )


def test_the_number_of_questions_counts_up_to_three() -> None:
    given = [
        (labelled(Kind.QUESTION, "a"), ["a"]),
        (labelled(Kind.QUESTION, "a"), ["a", "b"]),
        (labelled(Kind.REQUEST, "a", "b"), ["a"]),
        (labelled(Kind.OWN_CASE, "a", "b", "c"), ["a", "b", "c", "d"]),
        (labelled(Kind.PRAISE), []),
        (labelled(Kind.TALK_TO_OTHERS), ["a"]),
    ]
    found = measures_of([one for one, _ in given], [asked for _, asked in given])
    assert (found["messages"], found["several"]) == (5, 2)
    assert found["right_number"] == 0.6
    assert found["several_seen"] == 0.5
    assert found["single_split"] == 0.5
    assert found["none_seen"] == 0.0
    assert found["number"]["2"] == [0, 1, 0, 0]
    assert [each["seen"] for each in found["worst"]] == [["a"]]
