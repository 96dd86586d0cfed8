"""How far the drafts of some messages are, for whoever looks at the terminal or at a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from .common import console, progress

LINE_SECONDS = 5.0
"""Between two lines where there is no terminal: often enough to see that it goes on, rarely enough for a log."""

Show = Callable[[int], None]


@contextmanager
def drafting(
    total: int,
    *,
    preview: Callable[[], str],
    to: Console = console,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Show]:
    """Give a function that is told again and again how many of ``total`` are drafted.

    On a terminal it moves a bar; elsewhere it writes a line when something was drafted and ``LINE_SECONDS`` after the
    line before, and one for the first and the last draft. ``preview`` is asked for the end of such a line.
    """
    if not to.is_terminal:
        yield _Lines(total, preview, to, clock)
        return
    with progress(to) as bar:
        task = bar.add_task("Drafting", total=total)
        yield lambda done: bar.update(task, completed=done)


class _Lines:
    def __init__(self, total: int, preview: Callable[[], str], to: Console, clock: Callable[[], float]) -> None:
        self._total, self._preview, self._to, self._clock = total, preview, to, clock
        self._begun = self._written = clock()
        self._done = 0

    def __call__(self, done: int) -> None:
        now = self._clock()
        is_due = now - self._written >= LINE_SECONDS or (
            done != self._done and (self._done == 0 or done == self._total)
        )
        if not is_due:
            return
        drafted = self._preview() if done != self._done else ""
        self._done, self._written = done, now
        line = f"{done} of {self._total} drafted after {now - self._begun:.0f} s"
        self._to.print(f"{line}; the last: {drafted}" if drafted else line, markup=False, soft_wrap=True)
