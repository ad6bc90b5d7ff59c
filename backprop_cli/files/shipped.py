"""What is installed with the package: the built-in examples, and the JSON Schema of network files."""

from __future__ import annotations

import os

from backprop_cli.errors import InputError, Problem
from backprop_cli.nearest import suggestion


def _folder() -> str:
    """Inside the package, or beside it in a source checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "configs")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "configs")


def example_names() -> list[str]:
    """Their names, `classic` first."""
    names = (name.removesuffix(".yaml") for name in os.listdir(_folder()) if name.endswith(".yaml"))
    return sorted(names, key=lambda name: (name != "classic", name))


def example_path(name: str) -> str:
    """The file of an example.

    Raises:
        InputError: there is none of this name.
    """
    known = example_names()
    if name not in known:
        raise InputError(Problem(f"there is no built-in example {name!r}", hint=suggestion(name, known)))
    return os.path.join(_folder(), f"{name}.yaml")


def schema_path() -> str:
    """The file of the JSON Schema."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "network.schema.json")
