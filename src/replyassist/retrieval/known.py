"""What the index knows of one template: its texts, and where their vectors stand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate

from .entries import QUESTION, REPLY, TITLE, entries_of
from .store.base import Digests
from .store.products import Slots

LEARNED, GENERATED, AGAINST = "learned", "generated", "against"
QUESTIONS = (QUESTION, LEARNED)


@dataclass(frozen=True)
class Texts:
    """The texts by which a template is known, each once, and their fields.

    Those that a chat model wrote stand behind those of people, and those against it last.
    """

    said: tuple[str, ...]
    fields: tuple[str, ...]

    @property
    def own(self) -> int:
        """How many texts are the template's own."""
        return len(self.fields) - self.fields.count(AGAINST)

    @property
    def of_people(self) -> int:
        """How many of those people wrote."""
        return self.own - self.fields.count(GENERATED)

    def at(self, field: str) -> int:
        """The place of the text with this field; the first text where there is none."""
        return self.fields.index(field) if field in self.fields else 0

    def only(self, kept: NDArray[np.bool_]) -> Texts:
        """Those that are marked in an array of shape (texts,)."""
        places = np.flatnonzero(kept)
        return Texts(tuple(self.said[place] for place in places), tuple(self.fields[place] for place in places))

    def digests(self, template_id: str) -> Digests:
        """Which text of which template each is, 16 bytes as two numbers, shape (texts, 2)."""
        sides = ("against" if field == AGAINST else "own" for field in self.fields)
        joined = b"".join(
            hashlib.blake2b(f"{side}\0{template_id}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
            for side, text in zip(sides, self.said, strict=True)
        )
        return np.frombuffer(joined, dtype=np.uint64).reshape(-1, 2)


@dataclass(frozen=True)
class KnownTemplate:
    """``slots`` (texts,) say where the texts' vectors stand; -1: nowhere yet.

    ``is_whole``: every text that the template has is among ``texts``, not only those whose vectors are there already.
    """

    template: ReplyTemplate
    examples: tuple[LearnedExample, ...]
    texts: Texts
    slots: Slots
    is_whole: bool = True

    @staticmethod
    def of(
        template: ReplyTemplate, examples: tuple[LearnedExample, ...], before: KnownTemplate | None = None
    ) -> KnownTemplate:
        """The template as it shall be known; texts that it had before keep their slots."""
        same = before is not None and (template is before.template or template == before.template)
        if before is not None and same and before.is_whole and examples == before.examples:
            return before
        texts, there = texts_of(template, examples), before.places() if before is not None else {}
        slots = [there.get((field == AGAINST, text), -1) for field, text in zip(texts.fields, texts.said, strict=True)]
        return KnownTemplate(template, examples, texts, np.array(slots, dtype=np.int64))

    def places(self) -> dict[tuple[bool, str], int]:
        """The slot of each text, those against the template apart."""
        sides = zip(self.texts.fields, self.texts.said, self.slots.tolist(), strict=True)
        return {(field == AGAINST, text): slot for field, text, slot in sides}

    @property
    def generated(self) -> NDArray[np.bool_]:
        """By text, whether a chat model wrote it as a question for the template, shape (texts,)."""
        return np.array([field == GENERATED for field in self.texts.fields], dtype=np.bool_)

    @property
    def asked(self) -> NDArray[np.bool_]:
        """By text, whether people wrote it or would write it, shape (texts,); a title that is a question, too."""
        questions = set(self.template.questions)
        sides = zip(self.texts.fields, self.texts.said, strict=True)
        return np.array([field in QUESTIONS or (field == TITLE and said in questions) for field, said in sides])

    def at(self, slot: int) -> tuple[str, str]:
        """The text in a slot, of the whole template the reply alone, and its field."""
        place = int(np.flatnonzero(self.slots == slot)[0])
        field = self.texts.fields[place]
        return self.template.rendered_reply if field == REPLY else self.texts.said[place], field

    def with_vectors(self) -> KnownTemplate:
        """The same with those texts alone whose vectors are there."""
        there = self.slots >= 0
        if there.all():
            return self
        return replace(self, texts=self.texts.only(there), slots=self.slots[there], is_whole=False)


def texts_of(template: ReplyTemplate, examples: Sequence[LearnedExample] = ()) -> Texts:
    """Every text of a template: title, questions, reply, its examples, and at last what speaks against it.

    A text that is learned or generated and stands in the template already counts once, as the template's own.
    """
    own = entries_of(template)
    generated: dict[str, str] = {}
    against: dict[str, str] = {}
    for example in examples:
        if example.counts_against:
            against[example.text] = AGAINST
        elif example.is_generated:
            generated[example.text] = GENERATED
        else:
            own.setdefault(example.text, LEARNED)
    for text, field in generated.items():
        own.setdefault(text, field)
    return Texts((*own, *against), (*own.values(), *against.values()))


def found_in(known: Digests, wanted: Digests) -> Slots:
    """The row of each wanted digest among the known ones, shape (len(wanted),); -1 for one that is not there."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(known[:, 0], kind="stable")
    rows = order[np.minimum(np.searchsorted(known[order, 0], wanted[:, 0]), len(known) - 1)]
    return np.where((known[rows] == wanted).all(axis=1), rows, -1)
