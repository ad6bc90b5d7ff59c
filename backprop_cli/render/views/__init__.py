"""Records to blocks."""
