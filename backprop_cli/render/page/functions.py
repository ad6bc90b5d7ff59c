"""The activations' and losses' functions as JavaScript, printed from the same formulas as the loops."""

from __future__ import annotations

from backprop_cli.formula.assignments import block, javascript_lines
from backprop_cli.functions.activations import ACTIVATIONS, Activation
from backprop_cli.functions.losses import LOSSES, Loss


def functions_module() -> str:
    """A module that exports `ACTIVATIONS` and `LOSSES`.

    An activation is `(z, setting, …) => [a, slope]`, a loss has `share` and `slope`, both `(t, o, setting, …) => number`.
    """
    activations = ",\n".join(_activation(entry) for entry in ACTIVATIONS.values() if entry.is_elementwise)
    losses = ",\n".join(map(_loss, LOSSES.values()))
    return (
        'import { erfc } from "./special.js";\n\n'
        "/** @type {Record<string, (z: number, ...settings: number[]) => [number, number]>} */\n"
        f"export const ACTIVATIONS = {{\n{activations},\n}};\n\n"
        "/** @typedef {(t: number, o: number, ...settings: number[]) => number} OfOutput */\n"
        "/** @type {Record<string, {isMean: boolean, needsTargets: boolean, share: OfOutput, slope: OfOutput}>} */\n"
        f"export const LOSSES = {{\n{losses},\n}};\n"
    )


def _activation(entry: Activation) -> str:
    settings = [name for name, _ in entry.defaults]
    lines = javascript_lines(block(("s = 1", *entry.lines), entry.constants), {"z": "z", "a": "a", "s": "s"})
    return f"  {entry.name}({', '.join(['z', *settings])}) {{{_body(lines, '[a, s]')}\n  }}"


def _loss(entry: Loss) -> str:
    """A loss, whose share and slope are those before a mean over the outputs is taken."""
    names = ", ".join(["t", "o", *(name for name, _ in entry.defaults)])
    lines = (
        javascript_lines(block(formulas, (("n", 1.0),)), {"t": "t", "o": "o", result: result})
        for formulas, result in ((entry.share_lines, "share"), (entry.slope_lines, "slope"))
    )
    share, slope = (
        f"{result}({names}) {{{_body(found, result)}\n    }}"
        for found, result in zip(lines, ("share", "slope"), strict=True)
    )
    flags = f"isMean: {str(entry.is_mean).lower()}, needsTargets: {str(entry.needs_targets).lower()}"
    return f"  {entry.name}: {{\n    {flags},\n    {share},\n    {slope},\n  }}"


def _body(lines: list[str], result: str) -> str:
    return "".join(f"\n      {line}" for line in [*lines, f"return {result};"])
