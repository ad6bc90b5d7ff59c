"""Records to text: views arrange records as blocks, one small module per format writes them. Computes nothing."""
