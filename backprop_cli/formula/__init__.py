"""Formulas as expression trees: written once as text, printed in every spelling."""
