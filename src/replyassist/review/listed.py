"""What an item's row repeats of its message and its proposal, so that a list reads neither."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from replyassist.inbox.threads import StoredMessage
from replyassist.proposal import Proposal

from .models import ReviewItem
from .repository.search import joined_words, keep_words

BEGINNING = 280
"""So many characters of a message fill two lines of a wide screen."""


def of_message(stored: StoredMessage) -> dict[str, Any]:
    """The columns that follow from the message as it stands."""
    line = " ".join(stored.text[: 4 * BEGINNING].split())
    return {
        "author_name": stored.author.name,
        "author_handle": stored.author.handle,
        "beginning": line[:BEGINNING],
        "attachment_kinds": [attached.kind for attached in stored.attachments],
        "visibility": stored.conversation.visibility,
        "posted_at": stored.message.posted_at,
    }


def of_proposal(proposal: Proposal) -> dict[str, Any]:
    """The columns that follow from the proposal."""
    reading = proposal.triage.reading
    is_checked = any(candidate.text == proposal.draft for candidate in proposal.candidates)
    return {
        "kind": reading.kind.value if reading else None,
        "language": proposal.triage.language,
        "reason": proposal.reason,
        "abstained": proposal.abstained,
        "matches": [
            match.model_dump(mode="json", include={"template_id", "title", "score", "probability"})
            for match in proposal.templates
        ],
        "template_versions": [[used.id, used.version] for used in proposal.used_templates],
        "voice_version": proposal.voice_version if is_checked else "",
    }


def keep_listed(session: Session, item: ReviewItem, stored: StoredMessage) -> None:
    """Fill the columns of a row that a program of an earlier version wrote."""
    for name, value in (of_message(stored) | of_proposal(item.proposal)).items():
        setattr(item, name, value)
    session.add(item)
    session.flush()
    keep_findable(session, item, stored)


def keep_findable(session: Session, item: ReviewItem, stored: StoredMessage) -> None:
    """Let the item be found by its author, all words of its message, and the template that it is drafted from."""
    titles = (match["title"] for match in item.matches if match["template_id"] == item.template_id)
    author = stored.author
    keep_words(session, item.id or 0, joined_words(author.name, author.handle, stored.text, item.template_id, *titles))
