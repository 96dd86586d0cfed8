"""What changed in the queue, for one live connection: each audit entry that its user may see, once."""

from __future__ import annotations

from replyassist.core.accounts import Principal, principal
from replyassist.core.database import Database
from replyassist.core.security import Permission

from . import repository
from .views import AuditView, audit_view

ENTRIES_PER_READ = 100
LATE_ENTRIES = 200  # ids are drawn before the commit: an entry may appear after ones with higher ids
READS_PER_AUTHORISATION = 15


class AuditFeed:
    """Reads on from a place; ``at`` is the highest id that was given out, from which another connection may resume."""

    def __init__(self, database: Database, who: Principal, *, after: int | None) -> None:
        self._database = database
        self._who = who
        self._after = after
        self._reads = 0
        self._known: set[int] = set()
        self.at = 0

    def open(self) -> None:
        """Find the place: after an entry, or at the newest one; what is visible up to there is not given out."""
        with self._database.reading() as session:
            known = repository.newest_audit_ids(session, limit=LATE_ENTRIES)
            if self._after is not None and known and self._after < known[0]:
                known = repository.newest_audit_ids(session, up_to=self._after, limit=LATE_ENTRIES)
                self.at = self._after
            else:
                self.at = known[0] if known else 0
        self._known = set(known)

    def read(self) -> list[AuditView]:
        """What is new, oldest first, at most a page; empty when nothing is.

        Raises NotAuthenticated or Forbidden when the user has lost the account or the right meanwhile.
        """
        with self._database.reading() as session:
            self._reads += 1
            if self._reads % READS_PER_AUTHORISATION == 0:
                self._who = principal(session, self._who.user_id)
                self._who.require(Permission.QUEUE_READ)
            entries = repository.audit_after(
                session, self.at - LATE_ENTRIES, self._who.brands, limit=LATE_ENTRIES + ENTRIES_PER_READ
            )
            fresh = [audit_view(entry) for entry in entries if entry.id not in self._known][:ENTRIES_PER_READ]
        self._known.update(entry.id for entry in fresh)
        self.at = max([self.at, *(entry.id for entry in fresh)])
        self._known = {entry_id for entry_id in self._known if entry_id > self.at - LATE_ENTRIES}
        return fresh
