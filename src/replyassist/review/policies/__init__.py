"""What a brand lets each role send, what needs two people, and what only leads see: policies as data."""
