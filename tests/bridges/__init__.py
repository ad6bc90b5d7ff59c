"""Tests of `bridges`."""
