"""Fakes for every port, shipped with the package so that integrations can be tested without a model or a network."""

from .clock import FakeClock
from .encoder import FakeEncoder, FakeReader
from .endpoint import Behaviour, FakeEndpoint
from .entailment import FakeEntailment
from .jobs import FakeJobQueue
from .language_model import FakeChatModel
from .platform import FakePeer, FakePlatform, fake_adapter

__all__ = [
    "Behaviour",
    "FakeChatModel",
    "FakeClock",
    "FakeEncoder",
    "FakeEndpoint",
    "FakeEntailment",
    "FakeJobQueue",
    "FakePeer",
    "FakePlatform",
    "FakeReader",
    "fake_adapter",
]
