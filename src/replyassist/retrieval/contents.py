"""What an index holds: the known templates and the store of their vectors, which change together."""

from __future__ import annotations

import hashlib
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Encoder, Vectors
from replyassist.faq.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate

from .changes import Change, Examples, WantedTemplate, wanted
from .entries import REPLY, TITLE
from .known import KnownTemplate, found_in, texts_of
from .store.clusters import CHUNK, Base, Digests, chunks
from .store.files import BaseFolder, Source
from .store.membership import Membership
from .store.products import Slots
from .store.vectors import EXACT_UP_TO, VectorStore


@dataclass(frozen=True)
class Contents:
    """Never changes; ``changed`` makes new ones that share what stayed."""

    known: tuple[KnownTemplate, ...]
    store: VectorStore

    @staticmethod
    def of(
        templates: Sequence[ReplyTemplate],
        examples: Sequence[LearnedExample],
        encoder: Encoder,
        *,
        folder: BaseFolder | None = None,
        exact_up_to: int = EXACT_UP_TO,
    ) -> Contents:
        """From the folder's base, which may hold all, some or none of the texts, and the encoder for the others."""
        mine = _by_template(examples)
        known = [
            KnownTemplate(template, mine[template.id], texts_of(template, mine[template.id]), _NONE, _NO_TOTAL)
            for template in templates
        ]
        said = [text for each in known for text in each.texts.said]
        base = folder.newest() if folder is not None and len(said) > exact_up_to else None
        empty = VectorStore(np.empty((0, 0), dtype=np.float32), exact_up_to=exact_up_to)
        contents = _placed(
            known, replace(empty, base=base), lambda at: _encoded([said[place] for place in at], encoder)
        )
        return contents.compacted(folder) if base is None and contents.store.is_worn else contents

    def compacted(self, folder: BaseFolder | None) -> Contents:
        """The same laid out anew: few texts in memory, many on a new base, on disk where there is a folder.

        It takes minutes for a million texts. A base that another process has made meanwhile is taken where it fits.
        """
        if sum(len(each.slots) for each in self.known) <= self.store.exact_up_to:
            return self._on(None)
        if folder is None:
            return self._on(self._source().base())
        with folder.building():
            theirs = self._on_newer(folder)
            if theirs is not None:
                return theirs
            return self._on(folder.write(self._source()))

    def _on_newer(self, folder: BaseFolder) -> Contents | None:
        """On the base that another process made, when there is one that fits; else it is not kept open."""
        path, newest = self.store.base.path if self.store.base else None, folder.newest()
        if newest is None or newest.path == path:
            return None
        there = self._on(newest)
        return None if there.store.is_worn else there

    def _on(self, base: Base | None) -> Contents:
        slots = np.concatenate([_NONE, *(each.slots for each in self.known)])
        store = replace(self.store, base=base)
        return _placed(self.known, store, lambda places: self.store.vectors(slots[places]))

    def _source(self) -> Source:
        slots = np.concatenate([each.slots for each in self.known])
        digests = [each.texts.digests(each.template.id) for each in self.known]
        own = [several[: each.texts.own] for each, several in zip(self.known, digests, strict=True)]
        return Source(
            digests=np.concatenate(digests),
            rows=lambda places: self.store.vectors(slots[places]),
            totals=np.stack([each.total for each in self.known]),
            total_digests=np.concatenate([_total_digest(several) for several in own]),
        )

    def change(self, templates: Sequence[ReplyTemplate], examples: Sequence[LearnedExample]) -> Change:
        """What has to be done so that exactly these templates and examples are known."""
        mine, before = _by_template(examples), {each.template.id: each for each in self.known}
        steps: list[KnownTemplate | WantedTemplate] = []
        for template in templates:
            old = before.pop(template.id, None)
            if old is not None and old.is_the_same(template, mine[template.id]):
                steps.append(old)
            else:
                steps.append(wanted(template, mine[template.id], old))
        kept = np.zeros(len(self.store), dtype=np.bool_)
        for step in steps:
            kept[step.slots[step.slots >= 0]] = True
        held = np.concatenate([each.slots for each in self.known]) if self.known else _NONE
        return Change(tuple(steps), held[~kept[held]])

    def changed(self, change: Change, encode: Callable[[Sequence[str]], Vectors]) -> Contents:
        """After a change, whose new texts are encoded."""
        new = change.new_texts
        vectors = encode(new) if new else self.store.added[:0]
        store, moved = self.store.changed(change.removed, vectors)
        free = len(store) - len(new)
        known = []
        for step in change.templates:
            slots = np.where(step.slots >= 0, moved[step.slots] if len(moved) else -1, -1)
            missing = int((slots < 0).sum())
            slots[slots < 0] = np.arange(free, free + missing)
            free += missing
            if isinstance(step, KnownTemplate):
                known.append(replace(step, slots=slots))
            else:
                total = _total(store, slots[: step.texts.own])
                known.append(KnownTemplate(step.template, step.examples, step.texts, slots, total, step.is_whole))
        return Contents(tuple(known), store)

    def membership(self) -> Membership:
        """Whose each slot is, and what it is to its template."""
        owner = np.zeros(len(self.store), dtype=np.int64)
        asked, against = np.zeros(len(self.store), dtype=np.bool_), np.zeros(len(self.store), dtype=np.bool_)
        for number, each in enumerate(self.known):
            owner[each.slots] = number
            asked[each.slots] = each.asked
            against[each.slots[each.texts.own :]] = True
        title, whole = (
            np.array([each.slots[each.texts.at(field)] for each in self.known], dtype=np.int64)
            for field in (TITLE, REPLY)
        )
        return Membership(owner=owner, asked=asked, against=against, title=title, whole=whole)


_NONE: Slots = np.empty(0, dtype=np.int64)
_NO_TOTAL = np.empty(0, dtype=np.float64)


def _placed(known: Sequence[KnownTemplate], store: VectorStore, vectors_of: Callable[[Slots], Vectors]) -> Contents:
    """Each text in its row of the store's base; those that it does not have are added, their vectors read by place.

    What was added to the store or gone before does not count.
    """
    ends = np.cumsum([len(each.texts.said) for each in known], dtype=np.int64)
    totals = [each.total for each in known]
    if not known:
        return Contents((), VectorStore(store.added[:0], exact_up_to=store.exact_up_to))
    if store.base is None:
        slots = np.arange(ends[-1])
        store = replace(store, added=vectors_of(slots), gone=None)
    else:
        digests = [each.texts.digests(each.template.id) for each in known]
        totals = _totals_in(store.base, known, digests)
        store, slots = _on_base(store, store.base, found_in(store.base.digests, np.concatenate(digests)), vectors_of)
    placed = [
        replace(each, slots=here, total=total if len(total) else _total(store, here[: each.texts.own]))
        for each, here, total in zip(known, np.split(slots, ends[:-1]), totals, strict=True)
    ]
    return Contents(tuple(placed), store)


def _on_base(
    store: VectorStore, base: Base, rows: Slots, vectors_of: Callable[[Slots], Vectors]
) -> tuple[VectorStore, Slots]:
    missing = np.flatnonzero(rows < 0)
    gone = np.ones(len(base), dtype=np.bool_)
    gone[rows[rows >= 0]] = False
    added = vectors_of(missing) if len(missing) else np.empty((0, base.vectors.shape[1]), dtype=np.float32)
    rows[missing] = len(base) + np.arange(len(missing))
    return replace(store, added=added, gone=gone if gone.any() else None), rows


def _totals_in(base: Base, known: Sequence[KnownTemplate], digests: Sequence[Digests]) -> list[NDArray[np.float64]]:
    """The sum of each template's own texts, where it is known or the base has it; else nothing."""
    keys = [_total_digest(several[: each.texts.own]) for each, several in zip(known, digests, strict=True)]
    rows = found_in(base.total_digests, np.concatenate(keys))
    return [  # copied: a view would keep the file open, and its place on the disk, long after the base is replaced
        base.totals[row].copy() if row >= 0 and not len(each.total) else each.total
        for each, row in zip(known, rows, strict=True)
    ]


def _by_template(examples: Sequence[LearnedExample]) -> defaultdict[str, Examples]:
    found: defaultdict[str, Examples] = defaultdict(tuple)
    lists: defaultdict[str, list[LearnedExample]] = defaultdict(list)
    for example in examples:
        lists[example.template_id].append(example)
    found.update({template_id: tuple(several) for template_id, several in lists.items()})
    return found


def _total_digest(own: Digests) -> Digests:
    """Of exactly which own texts a total is the sum, shape (1, 2)."""
    return np.frombuffer(hashlib.blake2b(own.tobytes(), digest_size=16).digest(), dtype=np.uint64).reshape(1, 2)


def _total(store: VectorStore, slots: Slots) -> NDArray[np.float64]:
    return np.asarray(store.vectors(slots).sum(axis=0, dtype=np.float64))


def _encoded(texts: Sequence[str], encoder: Encoder) -> Vectors:
    """As the encoder does; many texts by the chunk into a file without a name, so that memory holds one chunk."""
    if len(texts) <= CHUNK:
        return encoder.encode(texts)
    with tempfile.TemporaryFile() as file:
        vectors = np.memmap(file, np.float32, "w+", shape=(len(texts), encoder.dimension))
    for chunk in chunks(len(texts)):
        vectors[chunk] = encoder.encode([texts[place] for place in chunk])
    return np.asarray(vectors)
