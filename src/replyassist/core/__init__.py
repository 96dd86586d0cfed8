"""What every slice stands on; it knows nothing of messages, templates or drafts."""
