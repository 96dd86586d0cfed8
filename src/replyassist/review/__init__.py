"""The queue of proposals, and what people decide."""
