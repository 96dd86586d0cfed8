"""What findings say to somebody who reads another language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import replyassist
from replyassist.wording import finding_words as told
from replyassist.wording.finding_words import finding_words, refusal_words

SOURCE = Path(replyassist.__file__).parent
TELLING = ("guardrails", "pipeline/doubts.py", "pipeline/plan_checks.py", "review/standing.py",
           "review/thread_findings.py")  # fmt: skip
FRAGMENTS = ("X and not in the message.", "X, and everybody can read this reply.", 'X "X" X Please use the template\'s',
             "This gap stands in", "The reply has X.", "X uses X in a reply", " It does not speak of: X.",
             "The message has changed since", "The author has written a newer", "We have answered this elsewhere",
             "We have replied here", 'The template "X" X.')  # fmt: skip
"""Of sentences that are put together of several."""


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language in which every message is as it is, in brackets."""
    known = {*told.SENTENCES, *told.PARTS, *told.REFUSALS}
    monkeypatch.setattr(told, "gettext", lambda message: f"[{message}]" if message in known else message)


def literal(node: ast.AST, value: str) -> str | None:
    """A text of the source with ``value`` in its places; None for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else value for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [literal(side, value) for side in (node.left, node.right)]
        return None if None in sides else "".join(side or "" for side in sides)
    return None


def sentences(path: Path) -> Iterator[tuple[str, str]]:
    """Each sentence that a module can say, with its places filled and with them left empty."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for parent in ast.walk(tree):
        if isinstance(parent, ast.JoinedStr | ast.BinOp | ast.Expr | ast.FormattedValue):
            continue
        for node in ast.iter_child_nodes(parent):
            filled, empty = literal(node, "X"), literal(node, "")
            is_pattern = filled is not None and ("\\" in filled or "(?" in filled)
            if filled and empty and not is_pattern and " " in filled and filled[-1] in ".?" and not filled[0].islower():
                yield filled, empty


def test_every_sentence_of_the_checks_is_a_message(pseudo: None) -> None:
    places = [SOURCE / name for name in TELLING]
    files = [path for place in places for path in ([place] if place.is_file() else place.rglob("*.py"))]
    found = [(path.name, *both) for path in files for both in sentences(path)]
    assert len(found) > 60
    unknown = [
        each
        for each in found
        if not each[1].startswith(FRAGMENTS) and all(finding_words(text) == text for text in each[1:])
    ]
    assert unknown == []


@pytest.mark.parametrize(
    ("explanation", "shown"),
    [
        ("Spaces were tidied.", "[Spaces were tidied.]"),
        ('Fernhill never writes "so "good"". Please say it another way.',
         '[Fernhill never writes "so "good"". Please say it another way.]'),
        ('The price "£5" stands neither in the template nor in the message. Please use the template\'s or take it out.',
         '[[The price] "£5" stands neither in the template nor in the message. Please use the template\'s or take it '
         "out.]"),
        ("Speaks of a competitor. (80% sure) Read the message once more before anything leaves.",
         "[[[Speaks of a competitor.] (80% sure)] Read the message once more before anything leaves.]"),
        ('"http://x.example" may not be in a reply: "x.example" is not one of the brand\'s domains.',
         '["http://x.example" may not be in a reply: ["x.example" is not one of the brand\'s domains].]'),
        ("%(brand)s is written so by hand, 100 %.", "%(brand)s is written so by hand, 100 %."),
        ("x" * 9000, "x" * 9000),
    ],
)  # fmt: skip
def test_a_sentence_is_found_again_with_its_values(pseudo: None, explanation: str, shown: str) -> None:
    assert finding_words(explanation) == shown


def test_a_refusal_holds_its_finding(pseudo: None) -> None:
    assert refusal_words("Spaces were tidied. Mend it, or accept the findings knowingly.") == (
        "[[Spaces were tidied.] Mend it, or accept the findings knowingly.]"
    )
