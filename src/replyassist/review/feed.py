"""What changed in the queue, read on from a place: each audit entry once, however late its transaction ended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from replyassist.core.accounts import Principal

from . import repository
from .policies.rules import sees_what_leads_see
from .views import AuditView, audit_view

ENTRIES_PER_READ = 100
LATE_ENTRIES = 200  # ids are drawn before the commit: an entry may appear after ones with higher ids


@dataclass(frozen=True)
class FeedEntry:
    """An audit entry with what decides who may see it; ``is_for_leads``: the policy shows its item to leads alone."""

    view: AuditView
    brand_id: str
    is_for_leads: bool

    def may_be_seen_by(self, who: Principal) -> bool:
        """Whether it is of one of their brands, and not kept for leads."""
        return who.sees(self.brand_id) and (not self.is_for_leads or sees_what_leads_see(who))


class AuditFeed:
    """Reads on from a place, what ``who`` may see or everything; ``at`` is the highest id that was given out, from
    which another connection may resume."""

    def __init__(self, who: Principal | None = None, *, after: int | None = None) -> None:
        self._who = who
        self._after = after
        self._known: set[int] = set()
        self.at = 0

    def open(self, session: Session) -> None:
        """Find the place: after an entry, or at the newest one; what is visible up to there is not given out."""
        known = repository.newest_audit_ids(session, limit=LATE_ENTRIES)
        if self._after is not None and known and self._after < known[0]:
            known = repository.newest_audit_ids(session, up_to=self._after, limit=LATE_ENTRIES)
            self.at = self._after
        else:
            self.at = known[0] if known else 0
        self._known = set(known)

    def read(self, session: Session) -> list[FeedEntry]:
        """What is new, oldest first, at most a page; empty when nothing is."""
        ids = repository.audit_ids_after(
            session,
            self.at - LATE_ENTRIES,
            self._who.brands if self._who else None,
            limit=LATE_ENTRIES + ENTRIES_PER_READ,
            for_leads=self._who is None or sees_what_leads_see(self._who),
        )
        fresh = [entry_id for entry_id in ids if entry_id not in self._known][:ENTRIES_PER_READ]
        if not fresh:
            return []
        self._known.update(fresh)
        self.at = max(self.at, *fresh)
        self._known = {entry_id for entry_id in self._known if entry_id > self.at - LATE_ENTRIES}
        return [
            FeedEntry(audit_view(entry), entry.brand_id, is_for_leads)
            for entry, is_for_leads in repository.audit_entries(session, fresh)
        ]

    def has_given(self, entry_id: int) -> bool:
        """Whether an entry, one of the newest, was given out or stood before the place."""
        return entry_id in self._known
