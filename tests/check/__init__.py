"""Tests of `backprop check`."""
