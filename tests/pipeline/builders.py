"""A pipeline's context over a fake encoder."""

from __future__ import annotations

from datetime import date
from typing import Any

from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.faq.template import ReplyTemplate
from replyassist.pipeline import PipelineContext
from replyassist.retrieval.index import TemplateIndex
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.sureness import sure_of_few
from tests.world import shipping, voice


def context(model: FakeChatModel | None, *templates: ReplyTemplate, **overrides: Any) -> PipelineContext:
    encoder = FakeEncoder()
    fields: dict[str, Any] = {
        "voice": voice(),
        "index": TemplateIndex(templates or [shipping()], encoder, calibration=sure_of_few(encoder)),
        "encoder": encoder,
        "model": model,
        "library": PromptLibrary(resource_folder("prompts")),
        "day": date(2026, 11, 22),
        "threshold": 0.1,
    }
    return PipelineContext(**(fields | overrides))
