"""What is damaged or unfilled in a saved reply: found anywhere, mended once at the door."""
