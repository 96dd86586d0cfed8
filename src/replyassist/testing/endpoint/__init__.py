"""A fake endpoint over real HTTP; ``python -m replyassist.testing.endpoint`` runs it by itself."""

from .answers import HOSTILE_TURNS, Behaviour
from .server import FakeEndpoint

__all__ = ["HOSTILE_TURNS", "Behaviour", "FakeEndpoint"]
