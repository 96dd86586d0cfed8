"""Figures of the retrieval benchmark as they are published: one JSON file, tables and plots in the documentation."""

from __future__ import annotations

from .page import publish
from .saved import Saved, machine

__all__ = ["Saved", "machine", "publish"]
