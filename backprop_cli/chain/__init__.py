"""The chain rule of composed functions: definitions in, `Partial` records out.

    text ──definitions──▶ [Definition] ──graph──▶ Graph ──chain_rule──▶ ChainResult
                                                   ├─ evaluate: numbers, by the table in operations
                                                   └─ algebra: symbols, by sympy, which no other room imports

`derive` goes this way, and beside it, where they are asked for, through `direction`, `second`, `implicit` and `array_pass`.
Numbers and symbols are worked out apart from each other: a value never comes from a simplified formula.
"""
