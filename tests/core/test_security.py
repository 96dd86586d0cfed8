from __future__ import annotations

import itertools
import re

import pytest

from replyassist.core.errors import Forbidden
from replyassist.core.security import (
    PERMISSIONS,
    TOKEN_PREFIX,
    Permission,
    Role,
    allows,
    hash_password,
    new_token,
    require,
    token_digest,
    verify_password,
)

PASSWORD = "correct horse battery"

# Written down once more, by hand: a change of the table must be meant.
AGENT = {
    "notes:write",
    "queue:read",
    "review:escalate",
    "review:low_risk",
    "review:snooze",
    "suggestions:create",
    "templates:read",
    "tokens:write",
}
MANAGER = AGENT | {
    "channels:read",
    "evaluation:label",
    "examples:write",
    "messages:write",
    "metrics:read",
    "review:accept_findings",
    "review:any",
    "review:assign",
    "saved_replies:share",
}
LEAD = MANAGER | {
    "audit:read",
    "connections:write",
    "evaluation:run",
    "policies:write",
    "review:escalated",
    "review:take_over",
    "templates:write",
    "turns:write",
    "users:write",
    "views:share",
    "voice:write",
}


@pytest.mark.parametrize(
    ("role", "expected"),
    [(Role.AGENT, AGENT), (Role.MANAGER, MANAGER), (Role.LEAD, LEAD), (Role.ADMIN, {*Permission})],
)
def test_a_role_holds_exactly_the_permissions_of_the_table(role: Role, expected: set[str]) -> None:
    assert {permission for permission in Permission if allows(role, permission)} == expected


def test_each_role_holds_more_than_the_one_below_it() -> None:
    for lower, higher in itertools.pairwise([Role.AGENT, Role.MANAGER, Role.LEAD]):
        assert PERMISSIONS[lower] < PERMISSIONS[higher]
    assert PERMISSIONS[Role.LEAD] <= PERMISSIONS[Role.ADMIN]
    assert set(PERMISSIONS) == {*Role}


@pytest.mark.parametrize(
    "permission",
    [
        Permission.MESSAGES_WRITE,
        Permission.REVIEW_ANY,
        Permission.ACCEPT_FINDINGS,
        Permission.REVIEW_ESCALATED,
        Permission.TEMPLATES_WRITE,
        Permission.USERS_WRITE,
    ],
)
def test_an_agent_is_refused_and_told_what_is_missing(permission: Permission) -> None:
    with pytest.raises(Forbidden) as caught:
        require(Role.AGENT, permission)

    assert permission in caught.value.detail
    assert "agent" in caught.value.detail


def test_a_permission_that_the_role_holds_passes() -> None:
    require("lead", Permission.TEMPLATES_WRITE)


def test_a_role_that_is_not_in_the_table_holds_nothing() -> None:
    with pytest.raises(ValueError, match="owner"):
        allows("owner", Permission.QUEUE_READ)


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)

    assert first.startswith("$argon2id$")
    assert PASSWORD not in first
    assert first != second


@pytest.mark.parametrize("tried", [PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], ""])
def test_only_the_password_itself_fits(tried: str) -> None:
    kept = hash_password(PASSWORD)

    assert verify_password(PASSWORD, kept)
    assert not verify_password(tried, kept)


def test_without_a_hash_no_password_fits() -> None:
    assert not verify_password(PASSWORD, None)
    assert not verify_password("", None)


def test_tokens_differ_carry_the_public_prefix_and_hold_256_bits() -> None:
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(re.fullmatch(rf"{TOKEN_PREFIX}[\w-]{{43}}", token) for token in tokens)


def test_a_tokens_digest_is_its_sha256() -> None:
    assert token_digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
