"""Mutation testing: small wrong changes to the arithmetic, each of which some test must notice."""
