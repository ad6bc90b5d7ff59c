"""Tests of `derivation`."""
