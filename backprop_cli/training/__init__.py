"""The loop that makes many updates."""
