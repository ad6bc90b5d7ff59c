"""Frozen records: who is called what, the network, its samples, how it is trained."""
