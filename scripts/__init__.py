"""What fits, renews and checks: each is run by itself, from a checkout."""
