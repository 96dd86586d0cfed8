"""The console's words for the codes of the queue, in one place."""

from __future__ import annotations

from replyassist.wording import attachment_words

from .language import gettext

CHANNELS = {
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "facebook": "Facebook",
    "youtube": "YouTube",
    "linkedin": "LinkedIn",
    "x": "X",
    "threads": "Threads",
    "email": "E-mail",
    "webhook": "Webhook",
    "file": "File",
}
STATUSES = {
    "pending": "To do",
    "escalated": "Escalated",
    "approved": "Approved",
    "sending": "Sending",
    "sent": "Sent",
    "failed": "Not sent",
    "uncertain": "Perhaps sent",
    "rejected": "Rejected",
    "expired": "Expired",
    "withdrawn": "Withdrawn",
}
ROUTES = {"draft": "Draft", "escalate": "Needs a person", "no_reply": "No reply needed?", "review": "Read it first"}
KINDS = {
    "crisis": "somebody in danger",
    "automatic_mail": "automatic mail",
    "our_own_words": "our own words",
    "spam": "advertising or a trick",
    "abuse": "insults",
    "talk_to_others": "talk to somebody else",
    "closing": "the end of a talk",
    "own_case": "their own order or account",
    "irony": "irony, or praise with blame",
    "complaint": "a complaint",
    "question": "a question",
    "request": "a wish",
    "praise": "praise",
    "statement": "a remark",
}
VERDICTS = {"ready": "Ready", "needs_edit": "Needs a look", "blocked": "Blocked"}
DRAFTED_BY = {"model": "Model", "template": "Template", "none": "No draft"}
SEVERITIES = {"block": "Must mend", "warn": "Look here", "fix": "Mended", "info": "Note"}
SUPPORTS = {
    "template": "Template",
    "fact": "Template’s facts",
    "message": "Their message",
    "conversation": "The conversation",
    "voice": "Your voice",
    "none": "Nothing",
}
FAILURES = {
    "wrong_template": "Wrong template",
    "missed_question": "Missed a question",
    "unsupported_fact": "A fact or promise we do not give",
    "missing_fact": "Left out something needed",
    "stale": "Out of date",
    "unsafe": "Unsafe",
    "language": "Wrong language",
    "wrong_tone": "Wrong tone",
    "not_personal": "Not personal",
    "too_long": "Too long",
    "other": "Something else",
}
ACTORS = {"pipeline": "The pipeline", "delivery": "Delivery", "platform": "The platform"}
ACTS = {
    "queued": "put it into the queue",
    "approved": "approved the draft as it was",
    "proposed": "approved a text, which waits for a second person",
    "edited_and_approved": "edited the draft and approved it",
    "rejected": "rejected it",
    "escalated": "escalated it",
    "redraft_asked": "asked for another draft",
    "redrafted": "wrote a new draft",
    "redraft_failed": "could not write a new draft",
    "taken_back": "took it back into the queue",
    "taken_out": "took it out, to decide it by itself",
    "kind_corrected": "said what it really is",
    "kind_taken_back": "took back what it was said to be",
    "taken_over": "took it over",
    "assigned": "assigned it",
    "unassigned": "took the assignment away",
    "snoozed": "put it aside",
    "woken": "brought it back",
    "handed_back": "handed it back to the queue",
    "escalation_undone": "took the escalation back",
    "hand_back_undone": "took the hand-back back",
    "noted": "wrote a note",
    "conversation_moved": "noticed a newer message",
    "message_added": "reported more by the same author",
    "message_edited": "reported an edit",
    "message_deleted": "reported a deletion",
    "sent_there_as_is": "reported that the draft was sent from the other inbox",
    "sent_there_edited": "reported that the draft was edited and sent from the other inbox",
    "draft_ignored_there": "reported an answer of somebody's own in the other inbox",
    "message_restored": "reported that the message is there again",
    "sending": "began to send it",
    "sent": "sent it",
    "failed": "could not send it",
    "uncertain": "could not find out whether it was sent",
    "not_delivered": "reported that it did not arrive",
    "retry_planned": "will try to send it again",
    "returned": "put it back into the queue",
    "recalled": "called it back with a changed policy",
}
REASONS = {
    "no_template": "No template answers this",
    "legal": "Legal matter",
    "health": "Health and safety",
    "self_harm": "Somebody may be in danger",
    "danger": "Violence or danger",
    "data_breach": "Personal data in the wrong hands",
    "fraud": "Fraud or theft",
    "discrimination": "Discrimination",
    "press": "Press",
    "injection": "Tries to give the machine orders",
    "spam": "Looks like spam",
    "no_answer_due": "No answer seems to be due",
    "read_first": "Read it before anybody answers",
    "grave": "May be grave",
    "language": "Another language",
    "template": "The template says so",
    "praise": "Praise",
    "attachment": "Something to look at",
}
MATCHED_FIELDS = {
    "title": "title",
    "questions": "example",
    "question": "example",
    "learned": "learned example",
    "generated": "generated example",
    "reply": "reply text",
}
BANDS = {  # shares of labelled messages: retrieval.confidence
    "sure": "Sure: about seven of eight such choices are right.",
    "look": "Have a look: little more than every second such choice is right. Does it answer what was asked?",
    "none": "None of them is likely enough, so nothing was drafted. Pick one if it fits.",
}
UNITS = {  # how a platform counts, where that is not one for each character: brands/counting.yaml
    "utf16": "An emoji counts as two or more.",
    "graphemes": "What one sees as one character counts as one, also an emoji of several parts.",
    "bytes": "Letters with accents count as two, most other writing as three, an emoji as four or more.",
    "weighted": "A link counts as 23; an emoji or a Chinese, Japanese or Korean character counts as two.",
    "emoji_bytes": "An emoji counts as four or more.",
}
SNOOZES = {
    "hour": "For an hour",
    "hours": "For four hours",
    "tomorrow": "Until tomorrow at 9:00",
    "monday": "Until Monday at 9:00",
}
SEND_TIMES = {"tomorrow": "Tomorrow at 9:00", "monday": "On Monday at 9:00"}
ROLES = {"agent": "agent", "manager": "manager", "lead": "lead", "admin": "admin", "service": "service"}
VISIBILITIES = {"public": "public", "private": "private"}
RISKS = {"low": "low", "high": "high"}
URGENCIES = {"now": "Now", "high": "High", "normal": "Normal", "low": "Low"}
MOODS = {"question": "question", "complaint": "complaint", "praise": "praise"}
ATTACHMENTS = attachment_words.ATTACHMENTS
SOUNDS = ((0.6, "delighted"), (0.2, "pleased"), (-0.2, "neutral"), (-0.6, "unhappy"), (-1.0, "furious"))


def in_words(table: dict[str, str], code: str | None) -> str:
    """The words for a code; an unknown one is shown as it is, readable."""
    if code is None:
        return ""
    return table.get(code, code.replace("_", " ").replace("-", " ").capitalize())


def reason_words(reason: str) -> str:
    """Why an item was routed so: ``kind: explanation`` with the kind in words, those in the reader's language."""
    kind, colon, rest = reason.partition(": ")
    if not kind:
        return ""
    label = in_words(REASONS, kind)
    if not colon:
        return f"{gettext(label)}."
    if rest.casefold().startswith(label.casefold()):
        return f"{rest[:1].upper()}{rest[1:]}"
    return f"{gettext(label)}: {rest[:1].lower()}{rest[1:]}"


def sounds(sentiment: float) -> str:
    """How a message sounds towards the brand, of a sentiment of -1 to 1."""
    return gettext(next((words for least, words in SOUNDS if sentiment >= least), SOUNDS[-1][1]))


def act_words(act: str) -> str:
    """What somebody did, to follow their name."""
    return ACTS.get(act, act.replace("_", " "))


def urgency_words(urgency: int) -> str:
    """How urgent 0 to 100 is: ``now``, ``high``, ``normal`` or ``low``."""
    for least, words in ((90, "now"), (50, "high"), (20, "normal")):
        if urgency >= least:
            return words
    return "low"
