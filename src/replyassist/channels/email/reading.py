"""One e-mail as a message: who wrote it, in which thread, in which words; and whether a person wrote it at all."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

from imap_tools import EmailAddress, MailMessage

from replyassist.inbox.mail import is_automatic, without_mail_parts
from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import MAX_ALT_TEXT, MAX_ATTACHMENTS, Attachment

from .. import events
from ..account import Account
from ..events import NewMessage
from ..html import words_of
from .mailbox import ADDRESS

LONGEST_REFERENCE = 400  # characters; ten of them, with the rest, stay below what metadata may have
MOST_REFERENCES = 10
LONGEST_SUBJECT = 200
MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_AGAIN = re.compile(r"(?:\s*(?:re|aw|sv|antw|r|ref|vs|odp|tr|fwd?|wg)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
_QUOTES = "blockquote, .gmail_quote, .gmail_attr, .moz-cite-prefix, .yahoo_quoted, #appendonsend, #divRplyFwdMsg"
_ROBOTS = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|bounces?)(?:[+.=-].*)?@", re.IGNORECASE)
NOBODY = re.compile(r"(?:no-?reply|do-?not-?reply)(?:[+.-].*)?@", re.IGNORECASE)
_OF_LISTS = ("list-id", "list-post", "list-unsubscribe", "list-help", "x-mailing-list")  # RFC 2369, RFC 2919
_OF_ROBOTS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-failed-recipients", "x-loop")


def message_of(account: Account, address: str, mail: MailMessage, *, is_sent: bool, now: datetime) -> NewMessage | None:
    """The message, None where no person wrote it to us or nothing can be answered.

    ``is_sent``: it stands in our folder of sent mail. Elsewhere a sender is what the sender claims, so a mail that
    claims to be ours there is left out, unless it is a form's.
    """
    author = mail.from_values
    if author is None or not ADDRESS.fullmatch(author.email):
        return None
    reply_to = next(filter(ADDRESS.fullmatch, mail.reply_to), author.email)
    if not is_sent and is_from(address, author):
        author = visitor_of(mail, address)
        if author is None:
            return None
        reply_to = author.email
    is_ours = is_from(address, author)
    subject, body = clean_subject(mail.subject), own_words(mail)
    if is_sent != is_ours or (not is_sent and is_by_machine(mail, subject, body)):
        return None
    own, above = ids_in(mail, "message-id")[:1], ids_in(mail, "in-reply-to")[:1]
    thread = ids_in(mail, "references") or above
    begins = not is_sent and not thread and subject and not body.startswith(subject)
    return events.message(
        account,
        own[0] if own else "digest:" + hashlib.sha256(mail.obj.as_bytes()).hexdigest(),
        f"{subject}\n\n{body}" if begins else body,
        author_id=account.account if is_ours else author.email.lower(),
        author_handle=author.email,
        author_name=_line(author.name) or None,
        conversation_id=(thread or own or ["none"])[0],
        visibility="private",
        posted_at=_posted_at(mail, now),
        in_reply_to=(above or thread[-1:])[0] if thread else None,
        attachments=_attachments(mail),
        metadata=_metadata(own, thread, subject, reply_to),
    )


def is_from(address: str, author: EmailAddress | None) -> bool:
    """Whether a mail's sender is the mailbox itself."""
    return author is not None and author.email.lower() == address.lower()


def visitor_of(mail: MailMessage, address: str) -> EmailAddress | None:
    """Who wrote what a form of our site sent from our own address: the Reply-To address that is another's."""
    asked = (each for each in mail.reply_to_values if ADDRESS.fullmatch(each.email))
    return next((each for each in asked if not is_from(address, each)), None)


def own_words(mail: MailMessage) -> str:
    """What the writer wrote, without quotes, signatures and footers."""
    text = mail.text if mail.text.strip() else words_of(mail.html, without=_QUOTES)
    return without_mail_parts(text.replace("\r\n", "\n").replace("\x00", "")).strip()


def is_by_machine(mail: MailMessage, subject: str, body: str) -> bool:
    """Auto-replies, bounces, lists and newsletters (RFC 3834, 3464, 2369, 2919, and what programs add to these)."""
    submitted = _header(mail, "auto-submitted").split(";")[0].strip()
    suppressed = _header(mail, "x-auto-response-suppress")
    sender = mail.from_
    return (
        submitted not in ("", "no")
        or _header(mail, "precedence") in ("bulk", "junk", "list", "auto_reply")
        or any(each in ("all", "oof", "autoreply") for each in re.split(r"[\s,;]+", suppressed))
        or any(name in mail.obj for name in (*_OF_LISTS, *_OF_ROBOTS))
        or _header(mail, "return-path") == "<>"
        or mail.obj.get_content_type() == "multipart/report"
        or _ROBOTS.match(sender) is not None
        or (NOBODY.match(sender) is not None and not mail.reply_to)
        or is_automatic(f"{subject}\n{body}")
    )


def ids_in(mail: MailMessage, name: str) -> list[str]:
    """The message ids of a header, oldest first."""
    return MESSAGE_ID.findall(" ".join(map(str, mail.obj.get_all(name, []))))


def clean_subject(text: str) -> str:
    """One line without control characters, at most 200 characters."""
    words = (" " if unicodedata.category(mark) == "Cc" else mark for mark in text if not "\ud800" <= mark <= "\udfff")
    return " ".join("".join(words).split())[:LONGEST_SUBJECT].strip()


def reply_subject(subject: str) -> str:
    """ "Re: " before the subject, once."""
    return "Re: " + (_AGAIN.sub("", subject, count=1) if _AGAIN.match(subject) else subject)


def _metadata(own: list[str], thread: list[str], subject: str, reply_to: str) -> dict[str, Any]:
    """What an answer needs: the whole id, the thread (its first and its last mails), whom the mail asks to write to."""
    usable = [each for each in [*thread, *own] if len(each) <= LONGEST_REFERENCE and each.isascii()]
    references = usable if len(usable) <= MOST_REFERENCES else [usable[0], *usable[1 - MOST_REFERENCES :]]
    answers = next((each for each in own if each in references), "")
    return {"message_id": answers, "references": references, "subject": subject, "reply_to": reply_to}


def _posted_at(mail: MailMessage, now: datetime) -> datetime:
    """What the mail says, which may be wrong or in the future."""
    said = mail.date if mail.date.tzinfo else mail.date.replace(tzinfo=UTC)
    return said if datetime(1995, 1, 1, tzinfo=UTC) < said < now else now


def _attachments(mail: MailMessage) -> tuple[Attachment, ...]:
    files = [each for each in mail.attachments if each.content_disposition == "attachment"]
    return tuple(
        Attachment(kind=_kind(each.content_type), alt_text=_line(each.filename)[:MAX_ALT_TEXT])
        for each in files[:MAX_ATTACHMENTS]
    )


def _kind(content_type: str) -> AttachmentKind:
    main = content_type.split("/", maxsplit=1)[0]
    return AttachmentKind(main) if main in ("image", "video", "audio") else AttachmentKind.FILE


def _header(mail: MailMessage, name: str) -> str:
    return str(mail.obj.get(name, "")).strip().lower()


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())
