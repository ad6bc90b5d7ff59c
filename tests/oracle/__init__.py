"""Independent ways to the right numbers: nothing in this package knows the program under test."""
