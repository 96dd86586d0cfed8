"""What has to be done so that an index knows other templates than before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from replyassist.faq.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate

from .known import AGAINST, KnownTemplate, Texts, texts_of
from .store.products import Slots

Examples = tuple[LearnedExample, ...]


@dataclass(frozen=True)
class WantedTemplate:
    """A template as it shall be known, and the slots of its texts; -1 where no vector is there yet.

    ``is_whole`` as in ``KnownTemplate``.
    """

    template: ReplyTemplate
    examples: Examples
    texts: Texts
    slots: Slots
    is_whole: bool = True


@dataclass(frozen=True)
class Change:
    """What remains (``KnownTemplate``) and what becomes different (``WantedTemplate``), in the templates' order.

    ``is_partial``: some new texts were left out.
    """

    templates: tuple[KnownTemplate | WantedTemplate, ...]
    removed: Slots
    is_partial: bool = False

    @property
    def new_texts(self) -> tuple[str, ...]:
        """The texts that need a vector."""
        unknown = (template for template in self.templates if isinstance(template, WantedTemplate))
        return tuple(each.texts.said[place] for each in unknown for place in np.flatnonzero(each.slots < 0))

    def without_new_texts(self) -> Change:
        """The same as far as it goes without encoding; templates none of whose texts has a vector are left out."""
        kept = [
            template if isinstance(template, KnownTemplate) else _with_vectors(template) for template in self.templates
        ]
        here = tuple(template for template in kept if template.texts.own)
        left_out = [template.slots for template in kept if not template.texts.own]  # of texts against it, if any
        return Change(here, np.concatenate([self.removed, *left_out]), is_partial=bool(self.new_texts))


def wanted(template: ReplyTemplate, examples: Examples, old: KnownTemplate | None) -> WantedTemplate:
    """The template as it shall be known; texts that it had before keep their slots."""
    texts = texts_of(template, examples)
    there: dict[tuple[bool, str], int] = {}
    if old is not None:
        sides = zip(old.texts.fields, old.texts.said, old.slots.tolist(), strict=True)
        there = {(field == AGAINST, text): slot for field, text, slot in sides}
    slots = [there.get((field == AGAINST, text), -1) for field, text in zip(texts.fields, texts.said, strict=True)]
    return WantedTemplate(template, examples, texts, np.array(slots, dtype=np.int64))


def _with_vectors(template: WantedTemplate) -> WantedTemplate:
    there = template.slots >= 0
    return replace(template, texts=template.texts.only(there), slots=template.slots[there], is_whole=bool(there.all()))
