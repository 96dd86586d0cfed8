"""How carefully people decide: time against reading length, checks with a planted error, and daily figures."""
