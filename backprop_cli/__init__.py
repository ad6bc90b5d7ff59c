"""The backpropagation calculator: every chain-rule partial derivative of a small neural network, shown and checked.

from backprop_cli import explain, run

result = run("classic")
explain(result, "w31")[0].gradient
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backprop_cli.api import chain, check, check_class, explain, load, report, run

__version__ = "0.1.0"
__all__ = ["__version__", "chain", "check", "check_class", "explain", "load", "report", "run"]

# `chain` and `check` are rooms of the house too. A package's name is bound in its parent when it is first imported: these two,
# which are empty, are imported here, so that from here on their names are those of the functions.
for _room in ("chain", "check"):
    import_module(f"{__name__}.{_room}")
    del globals()[_room]


def __getattr__(name: str) -> Any:
    """Import the interface when it is first used, so that `--version` and Tab do without NumPy."""
    if name in __all__:
        from backprop_cli import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
