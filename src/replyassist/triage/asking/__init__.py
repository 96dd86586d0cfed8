"""What a message asks of the brand: each question found, however several are put together."""

from .reader import questions_in

__all__ = ["questions_in"]
