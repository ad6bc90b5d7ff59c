"""A worked network, or definitions, as one self-contained HTML page: templates, style, script, and what goes into them."""
