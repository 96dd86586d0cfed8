"""What posts are made of: keys, links and mentions by bytes, and a post as a message."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from replyassist.brands.counting import links_in
from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import MAX_ALT_TEXT, MAX_ATTACHMENTS, Attachment

from .. import events
from ..account import Account
from ..events import NewMessage, short_id

POST = "app.bsky.feed.post"
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_MENTION = re.compile(r"(?<![\w@.])@((?:[a-zA-Z0-9-]+\.)+[a-zA-Z][a-zA-Z0-9-]*)")
_TAG = re.compile(r"(?<![\w#&/])#(\w*[^\W\d_]\w*)")
_URI = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/([A-Za-z.]+)/([A-Za-z0-9._~:-]{1,512})")
LONGEST_TAG = 64  # graphemes (lexicon app.bsky.richtext.facet)


def record_key(at: datetime, key: str) -> str:
    """A TID (atproto.com/specs/tid): 53 bits of microseconds, and ten of the key's digest as the clock's id."""
    micros = int(at.timestamp() * 1_000_000) & (2**53 - 1)
    number = micros << 10 | int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "big") & 1023
    return "".join(_SORTABLE[number >> 5 * place & 31] for place in reversed(range(13)))


def parts_of(uri: str) -> tuple[str, str, str] | None:
    """Repository, collection and key of an at:// address; None for another."""
    match = _URI.fullmatch(uri)
    return (match[1], match[2], match[3]) if match else None


def facets_of(text: str, did_of: Callable[[str], str | None]) -> list[dict[str, Any]]:
    """Links, mentions and hashtags with their places in UTF-8 bytes; ``did_of`` knows handles, or not."""
    found: list[tuple[int, int, dict[str, str]]] = []
    mentions = [match.span() for match in _MENTION.finditer(text)]
    for start, end in links_in(text):
        if any(first <= start < last for first, last in mentions):
            continue
        uri = text[start:end] if "://" in text[start:end] else f"https://{text[start:end]}"
        found.append((start, end, {"$type": "app.bsky.richtext.facet#link", "uri": uri}))
    for match in _MENTION.finditer(text):
        if did := did_of(match[1].lower()):
            found.append((*match.span(), {"$type": "app.bsky.richtext.facet#mention", "did": did}))
    for match in _TAG.finditer(text):
        is_in_link = any(first <= match.start() < last for first, last, _ in found)
        if not is_in_link and len(match[1]) <= LONGEST_TAG:
            found.append((*match.span(), {"$type": "app.bsky.richtext.facet#tag", "tag": match[1]}))
    return [
        {"index": {"byteStart": _bytes(text[:start]), "byteEnd": _bytes(text[:end])}, "features": [feature]}
        for start, end, feature in sorted(found, key=lambda each: each[0])
    ]


def message_of(account: Account, uri: str, cid: str, record: Mapping[str, Any], **author: Any) -> NewMessage | None:
    """A post as a message."""
    reply = record.get("reply") or {}
    root, parent = reply.get("root") or {"uri": uri, "cid": cid}, reply.get("parent") or {}
    return events.message(
        account,
        uri,
        str(record.get("text") or ""),
        conversation_id=root["uri"],
        in_reply_to=parent.get("uri") if parent.get("uri") != root["uri"] else None,
        attachments=_pictures(record.get("embed")),
        metadata={"uri": uri, "cid": cid, "root": {"uri": root["uri"], "cid": root["cid"]}},
        **author,
    )


def uri_of(external_id: str, metadata: Mapping[str, object]) -> str:
    """The at:// address of a message: its id, or where that is the digest of a long one, what it was taken in with."""
    uri = metadata.get("uri")
    return uri if isinstance(uri, str) and short_id(uri) == external_id else external_id


def time_of(text: str, now: datetime) -> datetime:
    """A time of the network's; what lies in the future, or is none, is now."""
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return now
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(at, now)


def _pictures(embed: Any) -> tuple[Attachment, ...]:
    if not isinstance(embed, dict):
        return ()
    embed = embed.get("media") or embed
    pictures = [each.get("alt") for each in embed.get("images") or () if isinstance(each, dict)]
    kinds = [(AttachmentKind.IMAGE, alt) for alt in pictures]
    kinds += [(AttachmentKind.VIDEO, embed.get("alt"))] if "video" in embed else []
    return tuple(
        Attachment(kind=kind, alt_text=str(alt or "").replace("\x00", "")[:MAX_ALT_TEXT])
        for kind, alt in kinds[:MAX_ATTACHMENTS]
    )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
