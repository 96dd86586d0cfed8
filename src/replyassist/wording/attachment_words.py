"""The words for what hangs on a message, by its kind."""

from __future__ import annotations

ATTACHMENTS = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "file": "file",
    "sticker": "sticker",
    "link": "link",
    "rating": "rating",
    "other": "attachment",
}
