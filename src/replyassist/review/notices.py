"""What an item says of its thread: short sentences above the draft."""

from __future__ import annotations

AUTHOR_WROTE = "The author has written again since; read the newer message first."
OTHERS_WROTE = "Somebody else has written since; read that first."
ANSWERED = "This may have been answered elsewhere since."
ANSWERED_THERE = "Somebody answered this in the other inbox."
MOVED = "A later message of the conversation was changed; look at it again."
ADDED = "The author went on writing; the draft is for all of it."
EDITED = "The author edited the message."
DELETED = "The author deleted the message."
PARTLY_DELETED = "The author deleted a part of the message."
RESTORED = "The message was deleted and is there again."
KEPT_THROUGH_REDRAFTS = frozenset({ADDED, EDITED, PARTLY_DELETED, RESTORED})
OF_THE_THREAD = KEPT_THROUGH_REDRAFTS | {AUTHOR_WROTE, OTHERS_WROTE, MOVED, DELETED}
"""What happened to the message or its thread: true of a reply that was sent, too."""
