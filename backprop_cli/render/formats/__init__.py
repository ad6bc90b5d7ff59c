"""Blocks to text, records to JSON and CSV."""
