"""Are these gradients right? Numerical differentiation, other people's numbers, and what went wrong in them."""
