"""Drafting: the prompt, the candidates, and the reply that needs no model."""
