"""Each system is a module with one class; a module is imported only in the process that measures it."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from protocol import System

SYSTEMS = {
    "replyassist": ("ours", "Replyassist"),
    "replyassist_parts": ("ours", "ReplyassistWithParts"),
    "haystack": ("haystack_memory", "HaystackMemory"),
    "langchain": ("langchain_faiss", "LangchainFaiss"),
    "llama_index": ("llama_index_vectors", "LlamaIndexVectors"),
    "bm25": ("bm25_words", "Bm25Words"),
    "nearest_neighbour": ("nearest_neighbour", "NearestNeighbour"),
}


def import_system(name: str) -> type[System]:
    """The class of this name in ``SYSTEMS``; importing it imports its framework."""
    module, attribute = SYSTEMS[name]
    return cast("type[System]", getattr(import_module(f"systems.{module}"), attribute))
