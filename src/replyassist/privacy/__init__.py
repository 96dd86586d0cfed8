"""Personal data in texts: found, replaced by typed placeholders, and put back where it belongs."""
