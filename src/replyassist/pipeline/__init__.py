"""From a message to a proposal: ``propose()`` is pure, and ``story.py`` tells it on one screen."""

from replyassist.pipeline.inputs import Inbound, PastReply, PipelineContext, check_context
from replyassist.pipeline.story import propose

__all__ = ["Inbound", "PastReply", "PipelineContext", "check_context", "propose"]
