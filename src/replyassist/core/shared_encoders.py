"""One encoder of each name for all who hold it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable

from .embedding import Encoder


class SharedEncoders:
    """Makes an encoder at its first use; it is freed, with hundreds of megabytes, when nobody holds it any more."""

    def __init__(self, make: Callable[[str], Encoder]) -> None:
        """``make`` makes one of a name, as of ``core.encoders.model_named``."""
        self._make = make
        self._lock = threading.Lock()
        self._held = weakref.WeakValueDictionary[str, Encoder]()

    def __call__(self, name: str) -> Encoder:
        """The encoder of this name; raise ConfigurationError where there is none."""
        with self._lock:
            encoder = self._held.get(name)
            if encoder is None:
                encoder = self._held[name] = self._make(name)
            return encoder
