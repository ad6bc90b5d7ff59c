"""The program beside its peers, as whole processes: `python -m tests.benchmarks` prints the table."""
