"""Whether a reply that is on the topic of a question says what was asked."""

from replyassist.answering.answered import Answered, answered

__all__ = ["Answered", "answered"]
