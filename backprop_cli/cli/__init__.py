"""The command line: reads, calls, prints, and chooses the exit code. Nothing else in the package does any of these."""
