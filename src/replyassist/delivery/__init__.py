"""The way out: only what a person approved, exactly once or shown as uncertain."""
