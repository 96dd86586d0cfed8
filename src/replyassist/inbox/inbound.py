"""A message as every stage after intake sees it: whole, and never spelt out again field by field."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.brands.room import Room
from replyassist.brands.voice import VoiceRules


@dataclass(frozen=True)
class InboundMessage:
    """A message with what stands around it; ``earlier_replies``: the brand's own in this thread, the newest first.

    ``visibility`` is ``public`` or ``private``; ``parent_text`` is the post above, and ``answered_text`` what this
    message alone answers or quotes below it: both as untrusted as the message itself. ``mention``: what will stand
    before the reply (``brands.room.mention_of``).
    """

    text: str = ""
    channel: str = "default"
    visibility: str = "public"
    author_name: str | None = None
    author_handle: str | None = None
    parent_text: str | None = None
    answered_text: str | None = None
    earlier_replies: tuple[str, ...] = ()
    mention: str = ""

    def room(self, voice: VoiceRules) -> Room:
        """How long the reply may be, in this voice."""
        return voice.room_for(self.channel, self.visibility, self.mention)

    @property
    def context_texts(self) -> tuple[str, ...]:
        """What other strangers' texts a model would read with it."""
        return tuple(text for text in (self.author_name, *self.texts_above) if text)

    @property
    def texts_above(self) -> tuple[str, ...]:
        """The post, then what it answers, as far as there are any."""
        return tuple(text for text in (self.parent_text, self.answered_text) if text)

    @property
    def text_above(self) -> str | None:
        """What it stands right under: what it answers, else the post."""
        return self.answered_text or self.parent_text
