"""What drawings show: the numbers of a step by name, and names cut to their room."""

from __future__ import annotations

from rich.cells import cell_len

from backprop_cli.derivation.explanation import update_of
from backprop_cli.derivation.partials import Derivation
from backprop_cli.training.train import Run

LEAST_WITH_TAIL = 8
"""In so many columns a name that is cut keeps its end too."""


def shown_values(derivation: Derivation) -> dict[str, float]:
    """Inputs, targets, parameters and forward values of one sample; `Σt` is the sum of the targets."""
    names, network = derivation.names, derivation.network
    values = {names.input(index): float(x) for index, x in enumerate(derivation.activations[0])}
    if network.loss.needs_targets:
        values |= {names.target(index): float(t) for index, t in enumerate(derivation.targets)}
        values["Σt"] = derivation.target_sum
    values |= {names.of(parameter): network.value_of(parameter) for parameter in names.parameters()}
    return values | derivation.forward_values()


def sample_values(derivation: Derivation) -> dict[str, float]:
    """Everything of one sample: what `shown_values` has, and every partial."""
    values = shown_values(derivation)
    values |= {partial.name: partial.value for _, partials in derivation.layers() for partial in partials}
    return values


def step_values(run: Run) -> dict[str, float]:
    """Everything of the run's shown step: the batch's gradients, what the update does, the loss over all samples.

    `w31` is the value before the step, `w31+` after it, `Δw31` the change; `v(w31)` and `v(w31)+` are the velocities, `g(w31)`
    is the gradient with weight decay, `ahead(w31)` Nesterov's direction.
    """
    names, loss, schedule = run.setup.network.names, run.setup.network.names.loss, run.setup.schedule
    values = {"loss_before": run.loss_before, "loss_after": run.loss_after}
    for parameter in names.parameters():
        name, update = names.of(parameter), update_of(run, parameter)
        gradient = run.shown.gradients.pick(parameter)
        values |= {name: update.old, f"d{loss}/d{name}": gradient}
        if run.shown.changes is None:
            continue
        values |= {f"Δ{name}": update.change, f"{name}+": update.new}
        if update.decay:
            values[f"g({name})"] = update.decayed
        if update.velocity is not None:
            values |= {f"v({name})": update.velocity_before or 0.0, f"v({name})+": update.velocity}
            if schedule.nesterov:
                values[f"ahead({name})"] = update.direction
    return values


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and its end, which names often differ in, with an ellipsis between, in `most` columns."""
    if cell_len(text) <= most:
        return text
    tail = text[-2:] if most >= LEAST_WITH_TAIL else ""
    kept = len(text)
    while cell_len(text[:kept]) + cell_len(tail) >= most:
        kept -= 1
    return f"{text[:kept]}…{tail}"
