"""The models that the settings ask for: how many requests of each run at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from replyassist.chat_models import chat_model, spare_model
from replyassist.core.llm import ChatMessage, ChatModel
from replyassist.core.settings import REDRAFTS_AT_ONCE, Settings
from replyassist.testing import FakeEndpoint


@pytest.mark.parametrize("made", [chat_model, spare_model])
@pytest.mark.parametrize("draft_concurrency", [1, 5])
def test_an_endpoint_gets_as_many_requests_at_once_as_there_are_drafts(
    made: Callable[[Settings, ExitStack], ChatModel | None], draft_concurrency: int, tmp_path: Path
) -> None:
    with FakeEndpoint() as endpoint, ExitStack() as closing:
        endpoint.delay = 0.2
        settings = Settings(
            home=tmp_path,
            draft_concurrency=draft_concurrency,
            llm_base_url=endpoint.base_url,
            llm_model="small",
            llm_fallback_base_url=endpoint.base_url,
            llm_fallback_model="small",
            allow_private_addresses=True,
        )
        model = made(settings, closing)
        assert model is not None
        asked = [ChatMessage("user", "do you ship to Norway??")]
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(lambda _: model.generate(asked, candidates=1, max_tokens=9), range(12)))
    assert endpoint.at_once == draft_concurrency + REDRAFTS_AT_ONCE == settings.drafts_at_once
