"""The language model that travels with the product: its weights, its process, and the chat model over it."""

from .chat_model import PROFILE, EmbeddedChatModel
from .pair_reader import EmbeddedPairReader
from .process import EmbeddedLanguageModel
from .weights import MODEL_NAME, embedded_weights, is_installed, reader_weights

__all__ = [
    "MODEL_NAME",
    "PROFILE",
    "EmbeddedChatModel",
    "EmbeddedLanguageModel",
    "EmbeddedPairReader",
    "embedded_weights",
    "is_installed",
    "reader_weights",
]
