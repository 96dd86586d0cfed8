"""What has to be done so that an index knows other templates than before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .known import KnownTemplate
from .store.products import Slots


@dataclass(frozen=True)
class IndexChange:
    """The templates as they shall be known, in their order; texts that need a vector have the slot -1.

    ``removed`` are slots that are no longer wanted. ``is_partial``: some new texts were left out.
    """

    templates: tuple[KnownTemplate, ...]
    removed: Slots
    is_partial: bool = False

    @property
    def new_texts(self) -> tuple[str, ...]:
        """The texts that need a vector."""
        return tuple(each.texts.said[place] for each in self.templates for place in np.flatnonzero(each.slots < 0))

    def without_new_texts(self) -> IndexChange:
        """The same as far as it goes without encoding; templates none of whose texts has a vector are left out."""
        kept = [template.with_vectors() for template in self.templates]
        here = tuple(template for template in kept if template.texts.own)
        left_out = [template.slots for template in kept if not template.texts.own]  # of texts against it, if any
        return IndexChange(here, np.concatenate([self.removed, *left_out]), is_partial=bool(self.new_texts))
