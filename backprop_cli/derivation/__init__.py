"""Every derivative that is shown, as a record."""
