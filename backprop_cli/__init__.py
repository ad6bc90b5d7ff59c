"""The backpropagation calculator: every chain-rule partial derivative of a small neural network, shown and checked.

from backprop_cli import load, run, explain

result = run(load("classic"))
explain(result, "w31")[0].gradient
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backprop_cli.api import explain, load, run

__version__ = "0.1.0"
__all__ = ["__version__", "explain", "load", "run"]


def __getattr__(name: str) -> Any:
    """Import the interface when it is first used, so that `--version` and Tab do without NumPy."""
    if name in __all__:
        from backprop_cli import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
