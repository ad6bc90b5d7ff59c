"""What networks are made of: activation and loss functions, each with its value, its derivative and its formulas."""
