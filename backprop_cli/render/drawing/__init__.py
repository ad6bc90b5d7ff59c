"""Pictures as SVG: a network unit by unit or by layer, and the loss over the steps."""
