"""What a draft may not say: pure rules, their findings, and the verdict."""
