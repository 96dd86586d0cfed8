"""Cursors of template pages: where the next page begins, opaque to callers."""

from __future__ import annotations

import base64
import binascii

from replyassist.core.errors import InvalidInput


def cursor_after(template_id: str) -> str:
    """Where the page after this template begins."""
    return base64.urlsafe_b64encode(template_id.encode()).decode()


def place_of(cursor: str) -> str:
    """The template id that a cursor stands for; raise InvalidInput for one that is not ours."""
    try:
        template_id = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("this cursor is not one of ours", field="cursor") from error
    if "\x00" in template_id:
        raise InvalidInput("this cursor is not one of ours", field="cursor")
    return template_id
