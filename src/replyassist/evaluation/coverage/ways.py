"""Different ways of asking: example questions that nearly repeat each other count once, and are hidden together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from replyassist.core.embedding import Encoder, Vectors
from replyassist.faq.template import ReplyTemplate

ALIKE = 0.85  # cosine from which one question stands in for another


@dataclass(frozen=True)
class TemplateWays:
    """A template with the places of its questions in groups: each group is one way of asking.

    ``titled``: the number of the way that the title repeats, which is hidden with it; -1 for none.
    """

    template: ReplyTemplate
    ways: tuple[tuple[int, ...], ...]
    titled: int = -1

    def keeping(self, kept: Sequence[int]) -> ReplyTemplate:
        """The template as if only these ways of asking were known."""
        if len(kept) == len(self.ways):
            return self.template
        places = sorted(place for way in kept for place in self.ways[way])
        update: dict[str, object] = {"questions": [self.template.questions[place] for place in places]}
        if self.titled >= 0 and self.titled not in kept:
            update["title"] = ""
        return self.template.model_copy(update=update)


def asked(templates: Sequence[ReplyTemplate], encoder: Encoder, *, alike: float = ALIKE) -> list[TemplateWays]:
    """Each template with its ways of asking; those whose cosine reaches ``alike``, also in a chain, are one."""
    texts = [text for template in templates for text in (template.title or template.id, *template.questions)]
    vectors, start = encoder.encode(texts), 0
    found: list[TemplateWays] = []
    for template in templates:
        end = start + 1 + len(template.questions)
        found.append(_of(template, vectors[start:end], alike))
        start = end
    return found


def _of(template: ReplyTemplate, vectors: Vectors, alike: float) -> TemplateWays:
    """``vectors`` of the title and the questions."""
    if not template.questions:
        return TemplateWays(template, ())
    near = vectors[1:] @ vectors[1:].T >= alike
    count, labels = connected_components(near, directed=False)
    ways = tuple(tuple(int(place) for place in np.flatnonzero(labels == way)) for way in range(count))
    cosines = vectors[1:] @ vectors[0]
    nearest = int(np.argmax(cosines))
    is_titled = bool(template.title) and cosines[nearest] >= alike
    return TemplateWays(template, ways, int(labels[nearest]) if is_titled else -1)
