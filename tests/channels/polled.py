"""A harness for adapters with a Source: it pulls from where the last call ended."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

from replyassist.channels import Account, Event, Source

from .conformance import Harness


class PolledHarness(Harness):
    """``cursor``: what the last pull left. ``problem``: what it left out. ``goes_on_after``: where it was cut."""

    cursor: str | None = None
    problem: str = ""
    goes_on_after: float | None = None

    def source(self, account: Account) -> Source:
        """What is pulled from."""
        assert self.adapter.source is not None
        return self.adapter.source(account, self.runtime)

    def events(self, account: Account) -> list[Event]:
        since = self.world.clock.now() - timedelta(days=7)
        found: list[Event] = []
        with closing(self.source(account)) as source:
            for pulled in source.pull(self.cursor, since=since, is_ending=lambda: False):
                assert len(pulled.cursor) <= 4000
                self.cursor = pulled.cursor
                found += pulled.events
            self.problem, self.goes_on_after = source.problem, source.goes_on_after
        return found
