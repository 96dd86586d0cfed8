"""Triage: the language of a message, its risks and its mood, and from these the route."""

from .kinds import Kind, KindReading
from .models import Mood, Risk, Route, Triage
from .routing import asks_nothing, triage, warm_up

__all__ = ["Kind", "KindReading", "Mood", "Risk", "Route", "Triage", "asks_nothing", "triage", "warm_up"]
