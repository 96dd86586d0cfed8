"""What people's decisions taught about templates: messages that are examples of one, or speak against it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LearnedExample:
    """A message, without personal data, that a person's decision made an example of a template.

    ``counts_against``: the decision was that this template does not answer such a message.
    """

    id: int
    template_id: str
    text: str
    counts_against: bool = False
