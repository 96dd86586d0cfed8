"""What a message asks of the brand: each question found, however several are put together."""

from .reader import Question, questions_in

__all__ = ["Question", "questions_in"]
