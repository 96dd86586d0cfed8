"""Triage: the language of a message, what it is for the brand and its risks, and from these the route."""

from .kinds import Kind
from .message_reading import Example, MessageReading
from .models import Mood, Risk, Route, Triage
from .routing import asks_nothing, triage, warm_up

__all__ = ["Example", "Kind", "MessageReading", "Mood", "Risk", "Route", "Triage", "asks_nothing", "triage", "warm_up"]
