"""A message as every stage after intake sees it: whole, and never spelt out again field by field."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InboundMessage:
    """A message with what stands around it; ``earlier_replies``: the brand's own in this thread, the newest first.

    ``visibility`` is ``public`` or ``private``; ``parent_text`` is the post above, as untrusted as the message itself.
    """

    text: str = ""
    channel: str = "default"
    visibility: str = "public"
    author_name: str | None = None
    author_handle: str | None = None
    parent_text: str | None = None
    earlier_replies: tuple[str, ...] = ()

    @property
    def context_texts(self) -> tuple[str, ...]:
        """What other strangers' texts a model would read with it."""
        return tuple(text for text in (self.author_name, self.parent_text) if text)
