"""Builds the language models and the reranker that the settings ask for.

Raises ConfigurationError where a setting is wrong.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from replyassist.core.errors import ConfigurationError
from replyassist.core.llm import ChatModel, OpenAIChatModel, Prices, RestingModel
from replyassist.core.settings import Settings
from replyassist.drafting.profiles import profile_named
from replyassist.retrieval.reranking import Reranker, shipped_reranker


def chat_model(settings: Settings, closing: ExitStack) -> ChatModel | None:
    """The model that the settings ask for, None where there is none; ``closing`` ends it."""
    if settings.llm_disabled:
        return None
    if settings.llm_profile:
        profile_named(settings.llm_profile)  # an unknown one is refused now, not with the first message
    if settings.llm_base_url:
        if not settings.llm_model:
            raise ConfigurationError("REPLYASSIST_LLM_MODEL names the model at REPLYASSIST_LLM_BASE_URL; it is empty")
        profile = settings.llm_profile or "chat"
        remote = OpenAIChatModel(
            base_url=settings.llm_base_url,
            api_key=settings.llm_api_key.get_secret_value(),
            model=settings.llm_model,
            profile=profile,
            timeout_seconds=settings.llm_timeout_seconds,
            retries=settings.llm_retries,
            concurrency=settings.drafts_at_once,
            prices=Prices(settings.llm_price_read, settings.llm_price_written),
        )
        closing.callback(remote.close)
        return RestingModel(remote) if settings.llm_fallback_base_url else remote
    from replyassist.core.embedded_llm import PROFILE, EmbeddedChatModel, EmbeddedLanguageModel

    embedded = EmbeddedLanguageModel(
        settings.home,
        threads=settings.llm_threads,
        slots=settings.llm_candidates,
        model_path=Path(settings.llm_model_path).expanduser() if settings.llm_model_path else None,
    )
    closing.callback(embedded.stop)
    model = EmbeddedChatModel(
        embedded, profile=settings.llm_profile or PROFILE, timeout_seconds=settings.llm_timeout_seconds
    )
    closing.callback(model.close)
    return model


def reranker_of(settings: Settings, closing: ExitStack) -> Reranker | None:
    """What reads templates together with a message; None where it is switched off or its model is not installed."""
    if settings.reranker_disabled:
        return None
    from replyassist.core.embedded_llm import EmbeddedLanguageModel, EmbeddedPairReader, is_installed, reader_weights

    if not is_installed():
        return None
    server = EmbeddedLanguageModel(settings.home, threads=settings.llm_threads, weights=reader_weights, reads=True)
    closing.callback(server.stop)
    return shipped_reranker(EmbeddedPairReader(server))


def spare_model(settings: Settings, closing: ExitStack) -> ChatModel | None:
    """The second endpoint, None where there is none."""
    if settings.llm_disabled or not settings.llm_fallback_base_url:
        return None
    if not settings.llm_fallback_model:
        raise ConfigurationError("REPLYASSIST_LLM_FALLBACK_MODEL names the model at the second endpoint; it is empty")
    profile_named(settings.llm_fallback_profile)
    spare = OpenAIChatModel(
        base_url=settings.llm_fallback_base_url,
        api_key=settings.llm_fallback_api_key.get_secret_value(),
        model=settings.llm_fallback_model,
        profile=settings.llm_fallback_profile,
        timeout_seconds=settings.llm_timeout_seconds,
        retries=settings.llm_retries,
        concurrency=settings.drafts_at_once,
        prices=Prices(settings.llm_fallback_price_read, settings.llm_fallback_price_written),
    )
    closing.callback(spare.close)
    return spare
