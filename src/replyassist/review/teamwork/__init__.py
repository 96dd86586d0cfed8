"""Several people at one queue: who has an item, who looks at it, and what they tell each other."""
