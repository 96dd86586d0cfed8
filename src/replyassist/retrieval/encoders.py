"""The encoder that is set, and the one before it, which serves while the templates are encoded anew."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

from replyassist.core.embedding import CachedEncoder, Encoder, cache_file
from replyassist.core.encoders import MINILM
from replyassist.core.errors import ConfigurationError

WAITED_FOR = 50  # texts of a brand: some seconds of a slow encoder; more are encoded while the encoder before serves
LOOKED_AT = 2_000  # of a brand's texts, evenly, to estimate how many an encoder has not encoded yet
NOTE = ".model"
logger = logging.getLogger(__name__)


class TemplateEncoders:
    """Encoders of templates, each with its cache in ``folder``; beside the cache stands which model it is of."""

    def __init__(self, folder: Path, model: str, make: Callable[[str], Encoder]) -> None:
        """``model`` is the one that is set, as of ``core.encoders.model_named``; ``make`` makes one of such a name."""
        self._folder, self._model, self._make = folder, model, make
        self._lock = threading.RLock()
        self._present: CachedEncoder | None = None
        self._before = weakref.WeakValueDictionary[str, CachedEncoder]()  # freed when no index is of them any more

    @property
    def present(self) -> CachedEncoder:
        """The encoder that is set."""
        with self._lock:
            if self._present is None:
                self._present = CachedEncoder(self._make(self._model), self._folder)
                note = cache_file(self._folder, self._present.model_digest).with_suffix(NOTE)
                note.write_text(self._model, encoding="utf-8")
            return self._present

    def to_begin_with(self, texts: Sequence[str]) -> CachedEncoder:
        """The encoder that is set; where it would have many of a brand's texts to encode, one that has done so before.

        What was encoded last comes first. An encoder that is no longer there, or is another one now, is left out.
        """
        if self._has_encoded(self.present, texts):
            return self.present
        own = cache_file(self._folder, self.present.model_digest)
        for cache in sorted(self._folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime, reverse=True):
            before = self._of_cache(cache) if cache != own else None
            if before is not None and self._has_encoded(before, texts) and self._can_serve(before):
                logger.warning(
                    "an encoder was set anew; the one before serves until about %d texts are encoded", len(texts)
                )
                return before
        logger.warning("the first search of a brand waits until about %d texts are encoded", len(texts))
        return self.present

    def _has_encoded(self, encoder: CachedEncoder, texts: Sequence[str]) -> bool:
        step = max(1, len(texts) // LOOKED_AT)
        return len(texts) <= WAITED_FOR or encoder.unknown(texts[::step]) * step <= WAITED_FOR

    def _of_cache(self, cache: Path) -> CachedEncoder | None:
        with self._lock:
            known = self._before.get(cache.name)
            if known is None:
                note = cache.with_suffix(NOTE)
                model = note.read_text(encoding="utf-8") if note.is_file() else MINILM.name
                try:
                    encoder = self._make(model)
                    if cache_file(self._folder, encoder.model_digest) != cache:
                        return None
                except (ConfigurationError, OSError) as error:
                    logger.warning("the encoder before, %s, cannot serve any more: %s", model, error)
                    return None
                known = self._before[cache.name] = CachedEncoder(encoder, self._folder)
            return known

    def _can_serve(self, before: CachedEncoder) -> bool:
        """Whether its model can be loaded, which it is for that."""
        try:
            return before.dimension > 0
        except (ConfigurationError, OSError) as error:
            logger.warning("the encoder before cannot serve any more: %s", error)
            return False
