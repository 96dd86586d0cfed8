"""Measures draft quality on labelled cases: the production pipeline, scored, compared and gated."""
