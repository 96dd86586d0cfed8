"""Language models: the port, and the adapter for any OpenAI-compatible endpoint."""

from .openai_model import OpenAIChatModel
from .port import ChatMessage, ChatModel, Completion, Generation, WarmableModel

__all__ = ["ChatMessage", "ChatModel", "Completion", "Generation", "OpenAIChatModel", "WarmableModel"]
