"""The page's script: its modules joined into one, for a page that loads nothing."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from backprop_cli.render.page.functions import functions_module
from backprop_cli.render.page.gates import PRINTED, operations_module

FUNCTIONS, OPERATIONS = "functions", "operations"
"""The modules that are printed: the activations and losses, and the operations of formulas."""

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class) )", re.MULTILINE)

_COMMENT = re.compile(
    r"^ *//[^\n]*\n|^ */\*\*(?:(?!\*/).)*\*/\n|/\*\* @type (?:(?!\*/).)*\*/ |^\n|^ +", re.MULTILINE | re.DOTALL
)
"""What is written for whoever reads the modules, types and indents among it: pages are small without it."""


def module_text(name: str, operations: frozenset[str] = PRINTED) -> str:
    """The source of one module, as `tsc` reads it; of the operations those that are wanted."""
    if name == FUNCTIONS:
        return functions_module()
    if name == OPERATIONS:
        return operations_module(operations)
    return (files(__package__) / "script" / f"{name}.js").read_text(encoding="utf-8")


@cache
def joined_script(*mains: str, operations: frozenset[str] = PRINTED) -> str:
    """The `mains` with all modules that they need, each behind those that it imports from; their top-level names all differ."""
    order: dict[str, str] = {}

    def add(name: str) -> None:
        text = module_text(name, operations)
        for needed in _IMPORT.findall(text):
            if needed not in order:
                add(needed)
        order[name] = _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", text))).strip()

    for main in mains:
        add(main)
    return "\n\n".join(order.values()) + "\n"
