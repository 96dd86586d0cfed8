"""Wording: what we say to people, in the languages of the catalogues."""
