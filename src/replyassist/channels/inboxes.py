"""What adapters of inboxes that teams answer in have in common."""

from __future__ import annotations

from .account import Account, Check, Tested
from .notes import drafts_check


def is_number(text: str) -> bool:
    """Whether it is one of the ids that these inboxes count, and may stand in a path."""
    return text.isascii() and text.isdigit()


def same_words(one: object, other: object) -> bool:
    """Whether two texts are the same but for white space, which servers change."""
    return str(one or "").split() == str(other or "").split()


def signed_in(account: Account, name: str, *, us: str, shown_as: str, takes_replies: bool = False) -> Tested:
    """A sign-in that works, as ``name``, with what becomes of drafts; ``takes_replies``: also as replies."""
    checks = (
        Check("sign-in", is_ok=True, detail=f"as {name}"),
        drafts_check(account.credentials, takes_replies=takes_replies),
    )
    return Tested(checks, account=us, shown_as=shown_as)


def not_signed_in(detail: str) -> Tested:
    """A sign-in that does not work, and why."""
    return Tested((Check("sign-in", is_ok=False, detail=detail),))
