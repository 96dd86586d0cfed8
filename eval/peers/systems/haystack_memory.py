"""Haystack with its in-memory document store, embedding retriever and pipelines, as its documentation shows."""

from __future__ import annotations

from pathlib import Path

from encoder import Encoder, Vector
from haystack import Document, Pipeline, component
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.document_stores.types import DuplicatePolicy
from protocol import Ranked, Task, best_per_template


@component
class SharedDocumentEmbedder:
    """The shared encoder as a component of an indexing pipeline."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]) -> dict[str, list[Document]]:
        """One batch."""
        vectors = self._encoder.encode_lists([document.content or "" for document in documents])
        return {
            "documents": [
                Document(content=document.content, meta=document.meta, embedding=vector)
                for document, vector in zip(documents, vectors, strict=True)
            ]
        }


@component
class SharedTextEmbedder:
    """The shared encoder as a component of a query pipeline."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    @component.output_types(embedding=list[float])
    def run(self, text: str) -> dict[str, list[float]]:
        """One text."""
        return {"embedding": self._encoder.encode_lists([text])[0]}


class HaystackMemory:
    """``InMemoryDocumentStore`` by cosine, asked through a query pipeline."""

    packages = ("haystack-ai",)

    def __init__(self, store: InMemoryDocumentStore, encoder: Encoder) -> None:
        self._store = store
        self._retriever = InMemoryEmbeddingRetriever(document_store=store)
        self._pipeline = Pipeline()
        self._pipeline.add_component("embedder", SharedTextEmbedder(encoder))
        self._pipeline.add_component("retriever", InMemoryEmbeddingRetriever(document_store=store))
        self._pipeline.connect("embedder.embedding", "retriever.query_embedding")

    @classmethod
    def build(cls, task: Task, encoder: Encoder) -> HaystackMemory:
        """An indexing pipeline: embed, write. A template's text that stands twice is written once."""
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        indexing = Pipeline()
        indexing.add_component("embedder", SharedDocumentEmbedder(encoder))
        indexing.add_component("writer", DocumentWriter(document_store=store, policy=DuplicatePolicy.SKIP))
        indexing.connect("embedder.documents", "writer.documents")
        documents = [
            Document(content=document.text, meta={"template_id": document.template_id}) for document in task.documents
        ]
        indexing.run({"embedder": {"documents": documents}})
        return cls(store, encoder)

    def save(self, folder: Path) -> None:
        """``save_to_disk``."""
        self._store.save_to_disk(str(folder / "store.json"))

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> HaystackMemory:
        """``load_from_disk``."""
        return cls(InMemoryDocumentStore.load_from_disk(str(folder / "store.json")), encoder)

    def search(self, text: str, *, documents: int) -> Ranked:
        """A run of the query pipeline."""
        found = self._pipeline.run({"embedder": {"text": text}, "retriever": {"top_k": documents}})
        return _grouped(found["retriever"]["documents"])

    def search_vector(self, vector: Vector, text: str, *, documents: int) -> Ranked:
        """The retriever alone."""
        return _grouped(self._retriever.run(query_embedding=vector.tolist(), top_k=documents)["documents"])


def _grouped(found: list[Document]) -> Ranked:
    return best_per_template((document.meta["template_id"], float(document.score or 0.0)) for document in found)
