from __future__ import annotations

from io import StringIO

from rich.console import Console

from replyassist.cli import progress


def lines_for(counts: list[int], *, total: int) -> list[str]:
    log = StringIO()
    previews = iter(f"message {number} → [b]draft[/b]" for number in range(total))
    with progress.drafting(total, preview=lambda: next(previews), to=Console(file=log), clock=lambda: 0.0) as show:
        for count in counts:
            show(count)
    return log.getvalue().splitlines()


def test_without_a_terminal_the_first_and_the_last_draft_are_told_at_once() -> None:
    first, last = lines_for([0, 1, 1, 2, 3], total=3)
    assert first == "1 of 3 drafted after 0 s; the last: message 0 → [b]draft[/b]"
    assert last == "3 of 3 drafted after 0 s; the last: message 1 → [b]draft[/b]"


def test_without_a_terminal_a_line_comes_every_few_seconds_even_when_nothing_moves() -> None:
    moments = iter([0.0, 1.0, 4.9, 5.0, 9.0, 10.0])
    log = StringIO()
    to = Console(file=log)
    with progress.drafting(3, preview=lambda: "", to=to, clock=lambda: next(moments)) as show:
        for _ in range(5):
            show(0)
    assert log.getvalue().splitlines() == ["0 of 3 drafted after 5 s", "0 of 3 drafted after 10 s"]


def test_on_a_terminal_there_is_a_bar() -> None:
    log = StringIO()
    with progress.drafting(3, preview=lambda: "", to=Console(file=log, force_terminal=True, width=80)) as show:
        show(3)
    assert "Drafting" in log.getvalue()
    assert "3/3" in log.getvalue()
