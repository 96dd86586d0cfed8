"""Questions that people would ask, written by the chat model for each template and kept only where they fit."""
