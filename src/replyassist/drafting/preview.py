"""A template's reply as a person would read it on each channel, without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from replyassist.brands.room import Room
from replyassist.brands.voice import VoiceRules
from replyassist.faq.template import ReplyTemplate, TemplateVisibility
from replyassist.inbox.inbound import InboundMessage

from .courtesies import without_courtesies
from .personalise import personalise

READER = "Sam"
"""Who is answered in a preview."""


@dataclass(frozen=True)
class EditorPreview:
    """What would stand in the editor, and the room that it has there."""

    channel: str
    visibility: str
    text: str
    room: Room

    @property
    def count(self) -> int:
        """How long it is, as the platform counts."""
        return self.room.count(self.text)

    @property
    def longest(self) -> int:
        """How long it may be, counted likewise."""
        return self.room.most

    @property
    def is_too_long(self) -> bool:
        """Whether it would have to be shortened."""
        return not self.room.fits(self.text)


def previews(template: ReplyTemplate, voice: VoiceRules, *, channels: Sequence[str]) -> list[EditorPreview]:
    """One for each of the channels that the template is for, answering its first question."""
    shown = template.channels or channels
    visibility = "private" if template.visibility is TemplateVisibility.PRIVATE else "public"
    asked = next(iter(template.questions), template.title)
    answer = without_courtesies(template, languages=voice.languages).rendered_reply
    return [
        EditorPreview(
            channel=channel,
            visibility=visibility,
            text=personalise(
                answer, voice=voice, mood="question", to=InboundMessage(asked, channel, visibility, author_name=READER)
            ),
            room=voice.room_for(channel, visibility),
        )
        for channel in shown
    ]
