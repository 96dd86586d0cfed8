"""The front door: messages come in, are edited and deleted, and the queue hears of it in the same transaction."""
