"""The formats of others: scripts, models, pictures and spreadsheets out, models in."""
