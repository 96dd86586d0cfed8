"""From a message to a proposal: ``propose()`` is pure, and ``story.py`` tells it on one screen."""

from replyassist.pipeline.inputs import PastReply, PipelineContext
from replyassist.pipeline.story import propose

__all__ = ["PastReply", "PipelineContext", "propose"]
