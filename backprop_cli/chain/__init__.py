"""The chain rule of composed functions: definitions in, `Partial` records out.

    text ──language──▶ [Definition] ──graph──▶ Graph ──derive──▶ ChainResult
                                                 ├─ evaluate: numbers, by the table in operations
                                                 └─ algebra: symbols, by sympy, which no other room imports

Numbers and symbols are worked out apart from each other: a value never comes from a simplified formula.
"""
