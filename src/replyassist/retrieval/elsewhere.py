"""Short messages about what is no brand's business: what scores look like where no template answers."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from replyassist.core.embedding import Encoder
from replyassist.core.words import Reading, read

_readings: dict[tuple[str, int], list[Reading]] = {}  # by encoder: every brand's training needs the same few


@cache
def messages_elsewhere() -> tuple[str, ...]:
    """All of them, one a line in ``elsewhere.txt``: written for this, by no data set's wording."""
    return tuple((files("replyassist.retrieval") / "elsewhere.txt").read_text(encoding="utf-8").splitlines())


def elsewhere(encoder: Encoder) -> list[Reading]:
    """What the encoder makes of each of them."""
    key = (encoder.model_digest, encoder.dimension)
    if key not in _readings:
        _readings[key] = read(encoder, messages_elsewhere())
    return _readings[key]
