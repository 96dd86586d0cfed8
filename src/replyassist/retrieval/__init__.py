"""Finds the templates that may answer a message, and says when none does."""
