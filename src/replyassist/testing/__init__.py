"""Fakes for every port, shipped with the package so that integrations can be tested without a model or a network."""

from .clock import FakeClock
from .encoder import FakeEncoder, FakeReader
from .endpoint import Behaviour, FakeEndpoint
from .jobs import FakeJobQueue
from .language_model import FakeChatModel, ModelCall

__all__ = [
    "Behaviour",
    "FakeChatModel",
    "FakeClock",
    "FakeEncoder",
    "FakeEndpoint",
    "FakeJobQueue",
    "FakeReader",
    "ModelCall",
]
