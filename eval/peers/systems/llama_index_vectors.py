"""LlamaIndex with its vector store index and default store, as its documentation shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from encoder import BATCH_SIZE, Encoder, Vector
from llama_index.core import QueryBundle, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.indices.base import BaseIndex
from llama_index.core.schema import NodeWithScore, TextNode
from protocol import Ranked, Task, best_per_template
from pydantic import PrivateAttr


class SharedEmbedding(BaseEmbedding):
    """The shared encoder behind LlamaIndex's interface."""

    _encoder: Encoder = PrivateAttr()

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(model_name="all-MiniLM-L6-v2", embed_batch_size=BATCH_SIZE)
        self._encoder = encoder

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._encoder.encode_lists(texts)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._encoder.encode_lists([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._encoder.encode_lists([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class LlamaIndexVectors:
    """``VectorStoreIndex`` over text nodes, asked through its retriever."""

    packages = ("llama-index-core",)

    def __init__(self, index: BaseIndex[Any], embedding: SharedEmbedding) -> None:
        self._index, self._embedding = index, embedding
        self._retrievers: dict[int, BaseRetriever] = {}

    @classmethod
    def build(cls, task: Task, encoder: Encoder) -> LlamaIndexVectors:
        """Nodes with the template's id as metadata, which is kept out of the text that is encoded."""
        embedding = SharedEmbedding(encoder)
        nodes = [
            TextNode(
                text=document.text,
                metadata={"template_id": document.template_id},
                excluded_embed_metadata_keys=["template_id"],
            )
            for document in task.documents
        ]
        return cls(VectorStoreIndex(nodes, embed_model=embedding), embedding)

    def save(self, folder: Path) -> None:
        """``persist``."""
        self._index.storage_context.persist(persist_dir=str(folder))

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> LlamaIndexVectors:
        """``load_index_from_storage``."""
        embedding = SharedEmbedding(encoder)
        storage = StorageContext.from_defaults(persist_dir=str(folder))
        return cls(load_index_from_storage(storage, embed_model=embedding), embedding)

    def search(self, text: str, *, documents: int) -> Ranked:
        """The retriever, which encodes."""
        return self._retrieve(QueryBundle(text), documents)

    def search_vector(self, vector: Vector, text: str, *, documents: int) -> Ranked:
        """The retriever with the message's vector."""
        return self._retrieve(QueryBundle(text, embedding=vector.tolist()), documents)

    def _retrieve(self, query: QueryBundle, documents: int) -> Ranked:
        if documents not in self._retrievers:
            self._retrievers[documents] = self._index.as_retriever(similarity_top_k=documents)
        return _grouped(self._retrievers[documents].retrieve(query))


def _grouped(found: list[NodeWithScore]) -> Ranked:
    return best_per_template((node.metadata["template_id"], float(node.score or 0.0)) for node in found)
