"""Who may do what: the one table of roles and permissions, and how passwords and tokens are kept."""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from .errors import Forbidden

TOKEN_PREFIX = "rpa_"  # noqa: S105 - a public prefix that lets secret scanners find leaked tokens
MINIMUM_PASSWORD_LENGTH = 10
_hasher = PasswordHash((Argon2Hasher(),))


class Role(StrEnum):
    """What a user is; each role holds the permissions of ``PERMISSIONS``."""

    AGENT = "agent"  # outsourced tier 1: drafts of low risk on their brands
    MANAGER = "manager"  # community manager: everything on their brands but settings
    LEAD = "lead"  # in-house lead: escalations, templates, voice, users, second approvals
    ADMIN = "admin"


class Permission(StrEnum):
    """One act that a role may or may not do."""

    QUEUE_READ = "queue:read"
    REVIEW_LOW_RISK = "review:low_risk"  # approve, edit and reject drafts of low risk that the checks call ready
    REVIEW_ANY = "review:any"  # the same for every pending item
    REVIEW_ESCALATED = "review:escalated"  # decide what was escalated
    ACCEPT_FINDINGS = "review:accept_findings"  # approve a text in spite of blocking findings
    ESCALATE = "review:escalate"
    SNOOZE = "review:snooze"  # put an item that one may decide aside for a while
    ASSIGN = "review:assign"  # give items to others; everybody may take one that they may decide
    TAKE_OVER = "review:take_over"  # take an item that somebody else works on
    TURNS_WRITE = "turns:write"  # say who gets new items in turn, and who is away
    VIEWS_SHARE = "views:share"  # keep lists for everybody on the brand
    NOTES_WRITE = "notes:write"  # notes to colleagues
    SAVED_REPLIES_SHARE = "saved_replies:share"  # texts to use again for everybody on the brand
    MESSAGES_WRITE = "messages:write"
    SUGGEST = "suggestions:create"
    TEMPLATES_READ = "templates:read"
    TEMPLATES_WRITE = "templates:write"
    VOICE_WRITE = "voice:write"
    POLICIES_WRITE = "policies:write"  # say what each role may send, and what needs two people
    EXAMPLES_WRITE = "examples:write"  # undo what decisions taught, and let it count again
    CHANNELS_READ = "channels:read"
    CONNECTIONS_WRITE = "connections:write"  # connect accounts at platforms, and disconnect them
    METRICS_READ = "metrics:read"
    AUDIT_READ = "audit:read"
    USERS_WRITE = "users:write"
    TOKENS_WRITE = "tokens:write"  # list, make and revoke one's own API tokens
    EVALUATE = "evaluation:run"  # score cases, read reports and compare runs
    LABEL_DRAFTS = "evaluation:label"  # judge drafts blind, and keep decided items as cases


_AGENT = frozenset(
    {
        Permission.QUEUE_READ,
        Permission.REVIEW_LOW_RISK,
        Permission.ESCALATE,
        Permission.SNOOZE,
        Permission.NOTES_WRITE,
        Permission.TEMPLATES_READ,
        Permission.SUGGEST,
        Permission.TOKENS_WRITE,
    }
)
_MANAGER = _AGENT | {
    Permission.REVIEW_ANY,
    Permission.ACCEPT_FINDINGS,
    Permission.MESSAGES_WRITE,
    Permission.EXAMPLES_WRITE,
    Permission.LABEL_DRAFTS,
    Permission.ASSIGN,
    Permission.SAVED_REPLIES_SHARE,
    Permission.CHANNELS_READ,
    Permission.METRICS_READ,
}
_LEAD = _MANAGER | {
    Permission.REVIEW_ESCALATED,
    Permission.TAKE_OVER,
    Permission.TURNS_WRITE,
    Permission.VIEWS_SHARE,
    Permission.TEMPLATES_WRITE,
    Permission.USERS_WRITE,
    Permission.EVALUATE,
    Permission.VOICE_WRITE,
    Permission.AUDIT_READ,
    Permission.POLICIES_WRITE,
    Permission.CONNECTIONS_WRITE,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _AGENT,
    Role.MANAGER: _MANAGER,
    Role.LEAD: _LEAD,
    Role.ADMIN: frozenset(Permission),
}

ASSISTANT_SCOPES = frozenset({Permission.QUEUE_READ, Permission.SUGGEST, Permission.TEMPLATES_READ})
"""All that the token of an assistant (a program in which a model chooses the acts) may hold: it reads and drafts."""


def is_above(role: Role | str, other: Role | str) -> bool:
    """Whether a role ranks above another: roles are listed from the lowest to the highest."""
    ranks = list(Role)
    return ranks.index(Role(role)) > ranks.index(Role(other))


def allows(role: Role | str, permission: Permission) -> bool:
    """Whether the role holds the permission."""
    return permission in PERMISSIONS[Role(role)]


def require(role: Role | str, permission: Permission) -> None:
    """Raise Forbidden unless the role holds the permission."""
    if not allows(role, permission):
        holders = " or ".join(other.value for other in Role if allows(other, permission))
        raise Forbidden(f"the role '{Role(role)}' lacks the permission '{permission}'; ask a person who is {holders}")


def hash_password(password: str) -> str:
    """Argon2id hash of a password, salt and parameters included."""
    return _hasher.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password fits; takes the same time when there is no such user (hash None)."""
    if password_hash is None:
        _hasher.hash(password)
        return False
    return _hasher.verify(password, password_hash)


def new_token() -> str:
    """A fresh API token with 256 bits of randomness; shown once, only its digest is stored."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def new_session_id() -> str:
    """What a session's cookie or a link that sets a password holds, of 256 random bits."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """SHA-256 of a token: enough for a secret of full entropy, and it can be looked up."""
    return hashlib.sha256(token.encode()).hexdigest()
