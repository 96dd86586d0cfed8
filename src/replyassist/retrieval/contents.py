"""What an index holds: the known templates and the store of their vectors, which change together."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from replyassist.core.embedding import Encoder, Vectors
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate

from .changes import IndexChange
from .entries import REPLY, TITLE
from .known import KnownTemplate, found_in
from .store.base import CHUNK, Base, BaseFolder, chunks
from .store.membership import Membership
from .store.products import Slots
from .store.vectors import VectorStore

WORN_SHARE = 0.2  # of the base's rows that are gone: beyond, its groups hold too few of the texts that remain
_NONE: Slots = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Contents:
    """Never changes; ``changed`` makes new ones that share what stayed. Without a ``folder`` all is kept in memory."""

    known: tuple[KnownTemplate, ...]
    store: VectorStore
    folder: BaseFolder | None = None

    @staticmethod
    def of(
        templates: Sequence[ReplyTemplate],
        examples: Sequence[LearnedExample],
        encoder: Encoder,
        *,
        folder: BaseFolder | None = None,
    ) -> Contents:
        """From the folder's base, which may hold all, some or none of the texts, and the encoder for the others."""
        mine = _by_template(examples)
        known = [KnownTemplate.of(template, tuple(mine[template.id])) for template in templates]
        said = [text for each in known for text in each.texts.said]
        base = folder.newest() if folder is not None and len(said) > folder.exact_up_to else None
        contents = _placed(known, base, lambda at: _encoded([said[place] for place in at], encoder), folder=folder)
        return contents.compacted() if base is None and contents.is_worn else contents

    @property
    def is_worn(self) -> bool:
        """Whether a new base would make searching faster, or would give space back."""
        gone = 0 if self.store.gone is None else int(self.store.gone.sum())
        too_many = self.folder is not None and len(self.store.added) > self.folder.exact_up_to
        return too_many or gone > WORN_SHARE * self.store.offset

    def compacted(self) -> Contents:
        """The same laid out anew: few texts in memory, many on a new base.

        It takes minutes for a million texts. A base that another process has made meanwhile is taken where it fits.
        """
        slots = np.concatenate([_NONE, *(each.slots for each in self.known)])
        if self.folder is None or len(slots) <= self.folder.exact_up_to:
            return self._on(None, slots)
        with self.folder.building():
            theirs = self.folder.newest()
            if theirs is not None and (self.store.base is None or theirs.path != self.store.base.path):
                there = self._on(theirs, slots)
                if not there.is_worn:
                    return there
            digests = np.concatenate([each.texts.digests(each.template.id) for each in self.known])
            return self._on(self.folder.write(digests, lambda at: self.store.vectors(slots[at])), slots)

    def _on(self, base: Base | None, slots: Slots) -> Contents:
        return _placed(self.known, base, lambda places: self.store.vectors(slots[places]), folder=self.folder)

    def change(self, templates: Sequence[ReplyTemplate], examples: Sequence[LearnedExample]) -> IndexChange:
        """What has to be done so that exactly these templates and examples are known."""
        mine, before = _by_template(examples), {each.template.id: each for each in self.known}
        known = [KnownTemplate.of(each, tuple(mine[each.id]), before.pop(each.id, None)) for each in templates]
        unwanted = np.zeros(len(self.store), dtype=np.bool_)
        unwanted[np.concatenate([_NONE, *(each.slots for each in self.known)])] = True
        kept = np.concatenate([_NONE, *(each.slots for each in known)])
        unwanted[kept[kept >= 0]] = False
        return IndexChange(tuple(known), np.flatnonzero(unwanted))

    def changed(self, change: IndexChange, encode: Callable[[Sequence[str]], Vectors]) -> Contents:
        """After a change, whose new texts are encoded."""
        new = change.new_texts
        store, moved = self.store.changed(change.removed, encode(new) if new else self.store.added[:0])
        moved = np.append(moved, -1)  # for slot -1
        free, known = len(store) - len(new), []
        for each in change.templates:
            slots = moved[each.slots]
            missing = np.flatnonzero(slots < 0)
            slots[missing] = free + np.arange(len(missing))
            free += len(missing)
            known.append(replace(each, slots=slots))
        return Contents(tuple(known), store, self.folder)

    def membership(self) -> Membership:
        """Whose each slot is, and what it is to its template."""
        owner = np.zeros(len(self.store), dtype=np.int64)
        asked, generated, against = np.zeros((3, len(self.store)), dtype=np.bool_)
        for number, each in enumerate(self.known):
            owner[each.slots] = number
            asked[each.slots], generated[each.slots] = each.asked, each.generated
            against[each.slots[each.texts.own :]] = True
        title, whole = (
            np.array([each.slots[each.texts.at(field)] for each in self.known], dtype=np.int64)
            for field in (TITLE, REPLY)
        )
        return Membership(owner=owner, asked=asked, generated=generated, against=against, title=title, whole=whole)


def _placed(
    known: Sequence[KnownTemplate],
    base: Base | None,
    vectors_of: Callable[[Slots], Vectors],
    *,
    folder: BaseFolder | None,
) -> Contents:
    """Each text in its row of the base; those that it does not have are added, their vectors read by place."""
    if not known:
        return Contents((), VectorStore(np.empty((0, 0), dtype=np.float32)), folder)
    ends = np.cumsum([len(each.texts.said) for each in known], dtype=np.int64)
    if base is None:
        slots = np.arange(ends[-1])
        store = VectorStore(vectors_of(slots))
    else:
        slots = found_in(base.digests, np.concatenate([each.texts.digests(each.template.id) for each in known]))
        gone = np.ones(len(base), dtype=np.bool_)
        gone[slots[slots >= 0]] = False
        missing = np.flatnonzero(slots < 0)
        slots[missing] = len(base) + np.arange(len(missing))
        added = vectors_of(missing) if len(missing) else np.empty((0, base.vectors.shape[1]), dtype=np.float32)
        store = VectorStore(added, base, gone if gone.any() else None)
    placed = [replace(each, slots=here) for each, here in zip(known, np.split(slots, ends[:-1]), strict=True)]
    return Contents(tuple(placed), store, folder)


def _by_template(examples: Sequence[LearnedExample]) -> defaultdict[str, list[LearnedExample]]:
    found: defaultdict[str, list[LearnedExample]] = defaultdict(list)
    for example in examples:
        found[example.template_id].append(example)
    return found


def _encoded(texts: Sequence[str], encoder: Encoder) -> Vectors:
    """As the encoder does; many texts by the chunk into a file without a name, so that memory holds one chunk."""
    if len(texts) <= CHUNK:
        return encoder.encode(texts)
    with tempfile.TemporaryFile() as file:
        vectors = np.memmap(file, np.float32, "w+", shape=(len(texts), encoder.dimension))
    for chunk in chunks(len(texts)):
        vectors[chunk] = encoder.encode([texts[place] for place in chunk])
    return np.asarray(vectors)
