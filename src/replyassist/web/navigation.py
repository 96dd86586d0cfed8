"""The places of the console that everybody can go to from every page, for those who may."""

from __future__ import annotations

from dataclasses import dataclass, replace

from replyassist.core.accounts import Principal
from replyassist.core.security import Permission


@dataclass(frozen=True)
class NavigationLink:
    """A link in the header; ``permission`` is what a person needs to be shown it.

    ``is_daily``: in sight even for those who may go to more places than fit; the others are then under "More".
    """

    path: str
    label: str
    permission: Permission
    is_daily: bool = False


MOST_IN_SIGHT = 7
PLACES = (
    NavigationLink("/queue", "Queue", Permission.QUEUE_READ, is_daily=True),
    NavigationLink("/mentions", "Mentions", Permission.NOTES_WRITE, is_daily=True),
    NavigationLink("/overview", "Overview", Permission.METRICS_READ, is_daily=True),
    NavigationLink("/templates", "Templates", Permission.TEMPLATES_READ, is_daily=True),
    NavigationLink("/proposals", "Proposals", Permission.TEMPLATES_WRITE),
    NavigationLink("/voice", "Voice", Permission.QUEUE_READ),
    NavigationLink("/channels", "Channels", Permission.CHANNELS_READ),
    NavigationLink("/evaluation", "Evaluation", Permission.LABEL_DRAFTS, is_daily=True),
    NavigationLink("/team", "Team", Permission.USERS_WRITE),
    NavigationLink("/policies", "Policies", Permission.POLICIES_WRITE),
    NavigationLink("/audit", "Audit", Permission.AUDIT_READ),
)


def places(principal: Principal) -> list[NavigationLink]:
    """The links that this person is shown."""
    shown = [place for place in PLACES if principal.may(place.permission)]
    return [replace(place, is_daily=True) for place in shown] if len(shown) <= MOST_IN_SIGHT else shown
