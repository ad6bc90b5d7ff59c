"""Engines: ways to make many updates quickly, without a record of each. Whatever the engine, the numbers are the same."""
