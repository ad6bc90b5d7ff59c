"""The table of mistakes that people make, one file for each link of the chain."""
