"""The JSON Schema of the network file, which is installed with the package."""

from __future__ import annotations

import os


def schema_path() -> str:
    """The file that holds it."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "network.schema.json")
