"""A review item's whole life, walked at random: who acts on it, what happens to it, and what must hold after each step.

``walk`` takes the steps, ``people``, ``outside`` and ``machine`` are what can happen, ``rules`` what must hold, and
``trial`` whether a way on is left.
"""
