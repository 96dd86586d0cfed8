"""Language models: the port, and the adapter for any OpenAI-compatible endpoint."""

from .openai_model import OpenAIChatModel
from .port import CallOptions, ChatMessage, ChatModel, Completion, Generation, ModelCall, Prices, WarmableModel
from .resting import RestingModel

__all__ = [
    "CallOptions",
    "ChatMessage",
    "ChatModel",
    "Completion",
    "Generation",
    "ModelCall",
    "OpenAIChatModel",
    "Prices",
    "RestingModel",
    "WarmableModel",
]
