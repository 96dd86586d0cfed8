"""The record of what was done to accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from .models import AccountEvent, User
from .principal import Principal

LONGEST_DETAIL = 1000


class AccountAct(StrEnum):
    """One kind of event."""

    ADDED = "added"  # on the command line
    INVITED = "invited"
    LINK_MADE = "link_made"  # another link that sets a password
    LINK_USED = "link_used"  # and with it a password set
    CREDENTIALS_CHANGED = "credentials_changed"  # the password, by somebody who knew the one before
    ACCESS_CHANGED = "access_changed"  # role or brands
    DEACTIVATED = "deactivated"
    ACTIVATED = "activated"
    SESSIONS_ENDED = "sessions_ended"
    API_ACCESS_GIVEN = "api_access_given"  # a token was made
    API_ACCESS_ENDED = "api_access_ended"  # a token was revoked
    IDENTITY_LINKED = "identity_linked"  # with an account at an OpenID provider
    IDENTITY_REMOVED = "identity_removed"
    SLACK_LINKED = "slack_linked"  # the account, with who the person is in Slack
    SLACK_UNLINKED = "slack_unlinked"


@dataclass(frozen=True)
class AccountActor:
    """Who did it; ``user_id`` is None for the command line."""

    user_id: int | None
    name: str

    @classmethod
    def of(cls, who: Principal | User) -> AccountActor:
        """Somebody who has an account."""
        return cls(who.key if isinstance(who, User) else who.user_id, who.name)


COMMAND_LINE = AccountActor(None, "command line")


def record(
    session: Session, user_id: int, act: AccountAct, *, by: AccountActor | Principal, now: datetime, detail: str = ""
) -> None:
    """Write down one act, in the transaction that does it."""
    actor = by if isinstance(by, AccountActor) else AccountActor.of(by)
    session.add(
        AccountEvent(
            user_id=user_id,
            actor_id=actor.user_id,
            actor=actor.name,
            act=act.value,
            detail=detail[:LONGEST_DETAIL],
            happened_at=now,
        )
    )
