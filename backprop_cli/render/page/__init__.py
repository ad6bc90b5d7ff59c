"""The worked network as one self-contained HTML page: template, style, script, and what goes into them."""
