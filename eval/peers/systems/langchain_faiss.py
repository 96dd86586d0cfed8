"""LangChain with its FAISS vector store, as its documentation shows."""

from __future__ import annotations

from pathlib import Path

from encoder import Encoder, Vector
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from protocol import Ranked, Task, best_per_template


class SharedEmbeddings(Embeddings):
    """The shared encoder behind LangChain's interface."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One batch."""
        return self._encoder.encode_lists(texts)

    def embed_query(self, text: str) -> list[float]:
        """One text."""
        return self._encoder.encode_lists([text])[0]


class LangchainFaiss:
    """``FAISS.from_documents``, ``save_local`` and ``load_local``; an exact index."""

    packages = ("langchain-core", "langchain-community", "faiss-cpu")

    def __init__(self, store: FAISS) -> None:
        self._store = store

    @classmethod
    def build(cls, task: Task, encoder: Encoder) -> LangchainFaiss:
        """The documents with the template's id as metadata."""
        documents = [
            Document(page_content=document.text, metadata={"template_id": document.template_id})
            for document in task.documents
        ]
        return cls(FAISS.from_documents(documents, SharedEmbeddings(encoder)))

    def save(self, folder: Path) -> None:
        """``save_local``."""
        self._store.save_local(str(folder))

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> LangchainFaiss:
        """``load_local``; the pickle is one that this program wrote."""
        return cls(FAISS.load_local(str(folder), SharedEmbeddings(encoder), allow_dangerous_deserialization=True))

    def search(self, text: str, *, documents: int) -> Ranked:
        """``similarity_search_with_score``."""
        return _grouped(self._store.similarity_search_with_score(text, k=documents))

    def search_vector(self, vector: Vector, text: str, *, documents: int) -> Ranked:
        """``similarity_search_with_score_by_vector``."""
        return _grouped(self._store.similarity_search_with_score_by_vector(vector.tolist(), k=documents))


def _grouped(found: list[tuple[Document, float]]) -> Ranked:
    """Scores are squared distances of unit vectors: a cosine is 1 less half of it."""
    return best_per_template(
        (document.metadata["template_id"], 1 - float(distance) / 2) for document, distance in found
    )
