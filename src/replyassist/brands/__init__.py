"""Brands, how each of them talks, and where its replies go."""
