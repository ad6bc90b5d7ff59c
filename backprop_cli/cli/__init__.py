"""The command line: reads, calls, prints, and chooses the exit code. Nothing else in the package does any of these.

A command's module declares its options, and its function begins with the imports of what it works with: Tab and --help read the
declarations, and load neither NumPy nor YAML.
"""
