"""Bases on disk: mapped into memory by every process that reads them, written whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from replyassist.core.digests import text_digest
from replyassist.core.embedding import Vectors

from .clusters import Base, Digests, Grouping, chunks, grouped
from .products import Slots

MAGIC = b"replyassist base 1\n"
PAGE = 4096  # sections begin on pages, so that rows do not straddle more of them than they must
KEPT_FILES = 2  # the newest, and the one before it: a process that is just opening it finds it
DRAFT_SECONDS = 24 * 3600  # a draft older than this was left by a process that died
SAMPLE = 1000  # rows whose length is looked at when a file is opened: reading all of them would take seconds
Sections = list[NDArray[Any]]  # centroids, starts, digests, totals, digests of totals, as they stand in a file
logger = logging.getLogger(__name__)


class BrokenBase(Exception):
    """A file that is no base, not a whole one, or one of another encoder."""


@dataclass(frozen=True)
class Source:
    """What a base is made from: ``digests`` (rows, 2), and ``rows`` reads the vectors of some of them.

    ``totals`` (templates, dimension) and ``total_digests`` (templates, 2) as in the base.
    """

    digests: Digests
    rows: Callable[[Slots], Vectors]
    totals: NDArray[np.float64]
    total_digests: Digests

    def base(self) -> Base:
        """The base in memory."""
        layout = grouped(len(self.digests), self.rows)
        return Base(
            vectors=self.rows(layout.order),
            centroids=layout.centroids,
            starts=layout.starts,
            digests=self.digests[layout.order],
            totals=self.totals,
            total_digests=self.total_digests,
        )


class BaseFolder:
    """The bases of one brand and one encoder, below ``home``; nothing of another brand or encoder is ever opened."""

    def __init__(self, home: Path, *, brand_id: str, encoder: str) -> None:
        self._encoder = encoder
        self._owner = text_digest(brand_id)
        self.path = home / "indexes" / text_digest(encoder)[:16] / self._owner[:32]

    def newest(self) -> Base | None:
        """The base that was written last, mapped; None without one. A broken file is deleted."""
        for path in reversed(self._files()):
            try:
                return self._opened(path)
            except OSError as error:
                logger.warning("the base %s cannot be read: %s", path, error)
            except (BrokenBase, ValueError, KeyError, TypeError) as error:
                logger.warning("the base %s is deleted: %s", path, error)
                path.unlink(missing_ok=True)
        return None

    def write(self, source: Source) -> Base:
        """Make a base, write it and open it; the file appears under its name only when it is whole."""
        self.path.mkdir(parents=True, exist_ok=True)
        layout = grouped(len(source.digests), source.rows)
        digests = source.digests[layout.order]
        small: Sections = [layout.centroids, layout.starts, digests, source.totals, source.total_digests]
        checksum = _checksum(small)
        with tempfile.NamedTemporaryFile(dir=self.path, suffix=".draft", delete=False) as file:
            draft = Path(file.name)
            try:
                said = {"encoder": self._encoder, "owner": self._owner, "checksum": checksum}
                file.write(_header(said | _sizes(layout, source)))
                for array in small:
                    _write_section(file, array)
                for chunk in chunks(len(digests)):
                    file.write(np.ascontiguousarray(source.rows(layout.order[chunk]), dtype=np.float32).tobytes())
                file.flush()
                os.fsync(file.fileno())
                path = draft.replace(self.path / f"{time.time_ns():020d}-{checksum[:16]}.base")
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
        base = self._opened(path)
        self._clear()
        return base

    @contextlib.contextmanager
    def building(self) -> Iterator[None]:
        """Held by one process at a time, the others wait; freed by a death."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "building.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _files(self) -> list[Path]:
        return sorted(self.path.glob("*.base"))

    def _clear(self) -> None:
        for path in self._files()[:-KEPT_FILES]:
            path.unlink(missing_ok=True)  # who has it mapped keeps it
        for path in self.path.glob("*.draft"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > DRAFT_SECONDS:
                    path.unlink()

    def _opened(self, path: Path) -> Base:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise BrokenBase("this is no base")
            header: dict[str, Any] = json.loads(file.readline(PAGE))
        if (header["encoder"], header["owner"]) != (self._encoder, self._owner):
            raise BrokenBase("it belongs to another encoder or brand")
        rows, dimension = int(header["rows"]), int(header["dimension"])
        small = _sections(header)
        vectors_at = PAGE + sum(_pages(shape, kind) for shape, kind in small)
        if path.stat().st_size != vectors_at + rows * dimension * 4:
            raise BrokenBase("it is not whole")
        arrays: Sections = []
        place = PAGE
        for shape, kind in small:
            arrays.append(np.asarray(np.memmap(path, kind, "r", place, shape)))
            place += _pages(shape, kind)
        if _checksum(arrays) != header["checksum"]:
            raise BrokenBase("its checksum does not fit")
        vectors = np.memmap(path, np.float32, "r", vectors_at, (rows, dimension))
        if not _are_unit(vectors):
            raise BrokenBase("its vectors are not of length one")
        return Base(np.asarray(vectors), arrays[0], arrays[1], arrays[2], arrays[3], arrays[4], path)


def _sizes(layout: Grouping, source: Source) -> dict[str, int]:
    clusters, dimension = layout.centroids.shape
    return {
        "dimension": int(dimension),
        "rows": len(source.digests),
        "clusters": int(clusters),
        "templates": len(source.totals),
    }


def _sections(header: dict[str, Any]) -> list[tuple[tuple[int, ...], type[Any]]]:
    rows, dimension, clusters, templates = (
        int(header[name]) for name in ("rows", "dimension", "clusters", "templates")
    )
    return [
        ((clusters, dimension), np.float32),
        ((clusters + 1,), np.int64),
        ((rows, 2), np.uint64),
        ((templates, dimension), np.float64),
        ((templates, 2), np.uint64),
    ]


def _header(said: dict[str, Any]) -> bytes:
    return (MAGIC + json.dumps(said).encode() + b"\n").ljust(PAGE, b"\0")


def _write_section(file: IO[bytes], array: NDArray[Any]) -> None:
    content = np.ascontiguousarray(array).tobytes()
    file.write(content + b"\0" * (_pages(array.shape, array.dtype.type) - len(content)))


def _pages(shape: tuple[int, ...], kind: type[Any]) -> int:
    return -(-int(np.prod(shape)) * np.dtype(kind).itemsize // PAGE) * PAGE


def _checksum(arrays: Sections) -> str:
    digest = hashlib.blake2b(digest_size=32)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _are_unit(vectors: Vectors) -> bool:
    places = np.linspace(0, len(vectors) - 1, min(SAMPLE, len(vectors))).astype(np.int64)
    return bool((np.abs(np.linalg.norm(vectors[places], axis=1) - 1) < 1e-2).all())
