"""Hostile network files: how they are made, what must hold for them, and a coverage-guided search for more."""
