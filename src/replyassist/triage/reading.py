"""A message as it is read: in its writer's plain words, by nobody's false name."""

from __future__ import annotations

from dataclasses import replace

from replyassist.inbox.inbound import InboundMessage
from replyassist.inbox.readable import readable

from .suspicion import suspicion_of


def as_read(message: InboundMessage) -> InboundMessage:
    """What triage, retrieval, drafting and checks read of a message; people are shown it as it was written.

    A display name that gives orders is nobody's name: nothing greets it and no model reads it.
    """
    is_order = message.author_name and suspicion_of(message.author_name).lowers_trust
    return replace(message, text=readable(message.text), author_name=None if is_order else message.author_name)
