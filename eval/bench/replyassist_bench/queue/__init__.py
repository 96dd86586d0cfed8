"""How fast the queue's pages are, with few and with a million items, on both databases."""
