"""The console's words about people: roles, permissions, what was done to accounts, devices, and e-mail."""

from __future__ import annotations

import re
from datetime import timedelta

from replyassist.core.accounts import AccountAct, LinkPurpose
from replyassist.core.security import Permission, Role

from .language import gettext, ngettext

ROLES = {
    Role.AGENT: "Agent: sends drafts of low risk that the checks call ready",
    Role.MANAGER: "Manager: decides about everything that is not escalated",
    Role.LEAD: "Lead: also escalations, templates and people",
    Role.ADMIN: "Admin: everything, for every brand",
}
PERMISSIONS = {
    Permission.QUEUE_READ: "Read the queue",
    Permission.REVIEW_LOW_RISK: "Decide about items of low risk",
    Permission.REVIEW_ANY: "Decide about every pending item",
    Permission.REVIEW_ESCALATED: "Decide about escalated items",
    Permission.ACCEPT_FINDINGS: "Send in spite of blocking findings",
    Permission.ESCALATE: "Escalate items",
    Permission.MESSAGES_WRITE: "Send messages in",
    Permission.SUGGEST: "Ask for suggestions",
    Permission.TEMPLATES_READ: "Read templates",
    Permission.TEMPLATES_WRITE: "Change templates",
    Permission.POLICIES_WRITE: "Change policies",
    Permission.CHANNELS_READ: "See channels and accounts",
    Permission.CONNECTIONS_WRITE: "Connect and disconnect accounts",
    Permission.EXAMPLES_WRITE: "Undo what was learned",
    Permission.TURNS_WRITE: "Say who gets new items in turn",
    Permission.VIEWS_SHARE: "Keep lists for everybody on a brand",
    Permission.USERS_WRITE: "Manage people",
    Permission.TOKENS_WRITE: "Make and revoke API tokens",
}
ACTS = {
    AccountAct.ADDED: "added the account",
    AccountAct.INVITED: "invited them",
    AccountAct.LINK_MADE: "made another link that sets a password",
    AccountAct.LINK_USED: "set a password by a link",
    AccountAct.CREDENTIALS_CHANGED: "changed their password",
    AccountAct.ACCESS_CHANGED: "changed role or brands",
    AccountAct.DEACTIVATED: "deactivated the account",
    AccountAct.ACTIVATED: "activated the account",
    AccountAct.SESSIONS_ENDED: "ended sessions",
    AccountAct.API_ACCESS_GIVEN: "made an API token",
    AccountAct.API_ACCESS_ENDED: "revoked an API token",
    AccountAct.IDENTITY_LINKED: "signed in with a provider for the first time",
    AccountAct.IDENTITY_REMOVED: "removed the link with a provider",
    AccountAct.SLACK_LINKED: "linked the account with Slack",
    AccountAct.SLACK_UNLINKED: "removed the link with Slack",
}
DONE = {
    "profile": "Saved.",
    "password": "Your password was changed. Your other sessions were ended.",
    "session": "That session was ended.",
    "sessions": "All your other sessions were ended.",
    "revoked": "The token was revoked. It is refused from now on.",
    "access": "Saved. It counts from their next page on.",
    "deactivated": "The account was deactivated. Its sessions and tokens ended at once.",
    "activated": "The account is active again.",
    "sessions-ended": "They were signed out everywhere.",
    "token-revoked": "The token was revoked. It is refused from now on.",
    "unlinked": "The link with the provider was removed.",
    "slack-linked": "Linked. From now on you can approve on cards in Slack.",
    "slack-unlinked": "The link with Slack was removed.",
}
MAIL_SUBJECTS = {
    LinkPurpose.INVITATION: "You are invited to replyassist",
    LinkPurpose.RESET: "Set another password for replyassist",
}
MAIL = {
    LinkPurpose.INVITATION: (
        "Hello %(name)s,\n\nyou are invited to replyassist. Set your password here and you are in:\n\n%(address)s\n\n"
        "The link works once, for %(time)s. If you do not know what this is about, do nothing.\n"
    ),
    LinkPurpose.RESET: (
        "Hello %(name)s,\n\nsomebody in your team asked for a link with which you set another password:\n\n"
        "%(address)s\n\nThe link works once, for %(time)s. If you did not ask for it, do nothing and tell them.\n"
    ),
}
LANGUAGES = {"en": "English", "de": "Deutsch"}
"""What languages call themselves; another one is shown by its tag."""
_BROWSERS = (
    (re.compile(r"\bEdg(?:e|A|iOS)?/"), "Edge"),
    (re.compile(r"\bOPR/"), "Opera"),
    (re.compile(r"\b(?:Firefox|FxiOS)/"), "Firefox"),
    (re.compile(r"\b(?:HeadlessChrome|Chrome|CriOS|Chromium)/"), "Chrome"),
    (re.compile(r"\bSafari/"), "Safari"),
)
_SYSTEMS = (
    (re.compile(r"\b(?:iPhone|iPad)\b"), "iOS"),
    (re.compile(r"\bAndroid\b"), "Android"),
    (re.compile(r"\bWindows\b"), "Windows"),
    (re.compile(r"\bMac(?:intosh| OS)"), "macOS"),
    (re.compile(r"\bLinux\b"), "Linux"),
)


def device(user_agent: str) -> str:
    """What a browser says of itself, in a word or two; it may say anything."""
    found = [
        next((name for pattern, name in table if pattern.search(user_agent)), "") for table in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found)) or user_agent[:40] or "?"


def lasting(time: timedelta) -> str:
    """A time of whole hours or days in words."""
    hours = time // timedelta(hours=1)
    if hours < 48:
        return ngettext("%(num)s hour", "%(num)s hours", hours) % {"num": hours}
    return gettext("%(n)s days") % {"n": hours // 24}
