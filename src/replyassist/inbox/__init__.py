"""Inbound messages: who wrote what, where, once."""
