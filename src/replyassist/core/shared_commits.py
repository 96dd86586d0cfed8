"""Acts that wait for SQLite's one writer share a transaction, and so one wait for the disk (group commit)."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlmodel import Session

from .errors import DatabaseBusy

Result = TypeVar("Result")
Writing = Callable[[], AbstractContextManager[Session]]
MOST_TOGETHER: Final = 32


@dataclass(eq=False)
class _Act:
    """What somebody waits for; ``result`` and ``error`` are told when it ``is_done``: committed, or failed alone."""

    act: Callable[[Session], Any]
    context: Context = field(default_factory=copy_context)
    is_done: bool = False
    result: Any = None
    error: BaseException | None = None

    def __call__(self, session: Session) -> Any:
        return self.context.run(self.act, session)


class SharedCommits:
    """Runs acts one after the other, as many in a transaction as wait when it begins.

    Whoever finds nobody at work runs what waits, the others' too. One that fails takes the others of its transaction
    back with it, and then each is run in a transaction of its own: no one has another's error.
    """

    def __init__(self, writing: Writing, *, seconds: float, busy: str) -> None:
        self._writing, self._seconds, self._busy = writing, seconds, busy
        self._changed = threading.Condition()
        self._waiting: deque[_Act] = deque()
        self._is_at_work = False

    def write(self, act: Callable[[Session], Result]) -> Result:
        """What the act returns, once that is committed; it may be run twice, the first time without effect.

        Raises what it raises, and DatabaseBusy when its turn does not come in time; then it is not run.
        """
        mine = _Act(act)
        some = self._turn_of(mine)
        if some:
            try:
                self._run(some)
            finally:
                with self._changed:
                    self._is_at_work = False
                    self._changed.notify_all()
        if mine.error is not None:
            raise mine.error
        result: Result = mine.result
        return result

    def _turn_of(self, mine: _Act) -> list[_Act]:
        """What this thread has to run now; nothing where another has run it."""
        until = time.monotonic() + self._seconds
        with self._changed:
            self._waiting.append(mine)
            while self._is_at_work and not mine.is_done:
                self._changed.wait(self._seconds)
                if time.monotonic() > until and mine in self._waiting:
                    self._waiting.remove(mine)
                    raise DatabaseBusy(self._busy)
            if mine.is_done:
                return []
            self._is_at_work = True
            self._waiting.remove(mine)
            return [mine, *(self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER - 1)))]

    def _run(self, some: Sequence[_Act]) -> None:
        try:
            with self._writing() as session:
                results = [each(session) for each in some]
        except BaseException as error:
            if len(some) > 1:
                for each in some:
                    self._run([each])
                return
            some[0].error = error
        else:
            for each, result in zip(some, results, strict=True):
                each.result = result
        for each in some:
            each.is_done = True
