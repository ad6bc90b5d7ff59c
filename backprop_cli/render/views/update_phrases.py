"""The update rule in symbols, and one parameter's update with its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.derivation.explanation import Explanation
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.blocks import Equation
from backprop_cli.training.train import Run


def update_rule(run: Run, notation: Notation) -> str:
    """`w⁺ = w − η·∂E/∂w`, with weight decay and momentum where the file has them."""
    schedule, loss = run.setup.schedule, run.setup.network.names.loss
    gradient = notation.partial(loss, "w")
    eta, minus = notation.symbol("eta"), notation.symbol("minus")
    new, w = notation.new("w"), notation.name("w")
    if not (schedule.momentum or any(schedule.weight_decay)):
        return notation.math(notation.equal([new, f"{w} {minus} {notation.product([eta, gradient])}"]))
    steps = []
    direction = gradient
    if any(schedule.weight_decay):
        decayed = notation.sum([gradient, notation.product([notation.symbol("lambda"), w])])
        direction = notation.name("g")
        steps.append(notation.equal([direction, decayed]))
    if schedule.momentum:
        mu, part = notation.symbol("mu"), direction
        if schedule.dampening:
            part = notation.product([_rest(notation), direction])
        if schedule.dampening and run.shown.velocity_before is None:
            steps.append(notation.equal([notation.new("v"), direction]))  # dampening begins with the second velocity
        else:
            kept = notation.product([mu, notation.name("v")])
            steps.append(notation.equal([notation.new("v"), notation.sum([kept, part])]))
        ahead = notation.product([mu, notation.new("v")])
        direction = notation.bracketed(notation.sum([direction, ahead])) if schedule.nesterov else notation.new("v")
    steps.append(notation.equal([new, f"{w} {minus} {notation.product([eta, direction])}"]))
    return "; ".join(notation.math(step) for step in steps) + _settings(run, notation)


def _rest(notation: Notation) -> str:
    """`(1 − τ)`."""
    return notation.bracketed(f"{notation.term(1.0)} {notation.symbol('minus')} {notation.symbol('tau')}")


def _settings(run: Run, notation: Notation) -> str:
    """`(μ = 0.9, λ = 0.1)`."""
    schedule = run.setup.schedule
    of_weights, of_biases = schedule.weight_decay
    decay = {"lambda": of_weights}
    if of_weights != of_biases:
        decay = {"lambda of weights": of_weights, "lambda of biases": of_biases}
    values = {"mu": schedule.momentum, "tau": schedule.dampening, **decay}
    shown = []
    for key, value in values.items():
        sign, _, rest = key.partition(" ")
        if value or rest:
            shown.append(
                notation.math(notation.equal([notation.symbol(sign), notation.term(value)])) + f" {rest}".rstrip()
            )
    return f" ({', '.join(shown)})"


def update_lines(explanation: Explanation, run: Run, notation: Notation) -> Iterator[Equation]:
    """One parameter's update, with its numbers."""
    update, schedule, loss = explanation.update, run.setup.schedule, run.setup.network.names.loss
    name, factor = notation.name(explanation.name), notation.factor
    gradient_symbol, direction = notation.partial(loss, explanation.name), explanation.gradient
    direction_name = f"d{loss}/d{explanation.name}"
    old, new, v = explanation.name, f"{explanation.name}+", f"v({explanation.name})"
    eta, minus = notation.symbol("eta"), notation.symbol("minus")
    symbol, ahead = gradient_symbol, ""
    if update.decay:
        decayed = notation.product([notation.symbol("lambda"), name])
        shrunk = notation.product([factor(update.decay), notation.quantity(old, update.old, True)])
        numbers = notation.sum([notation.quantity(direction_name, direction), shrunk])
        direction, direction_name = update.decayed, f"g({explanation.name})"
        symbol = notation.name("g")
        whole = notation.sum([gradient_symbol, decayed])
        yield Equation(symbol, (whole, numbers, notation.quantity(direction_name, direction)))
    if update.velocity is not None:
        velocity, shown_velocity = notation.new("v"), notation.quantity(f"{v}+", update.velocity)
        if update.velocity_before is None:
            yield Equation(velocity, (symbol, shown_velocity))
        else:
            mu, part, part_number = notation.symbol("mu"), symbol, notation.quantity(direction_name, direction, True)
            if schedule.dampening:
                part = notation.product([_rest(notation), symbol])
                part_number = notation.product([factor(1.0 - schedule.dampening), part_number])
            kept = notation.product([factor(schedule.momentum), notation.quantity(v, update.velocity_before, True)])
            whole = notation.sum([notation.product([mu, notation.name("v")]), part])
            yield Equation(velocity, (whole, notation.sum([kept, part_number]), shown_velocity))
        if schedule.nesterov:
            symbol = notation.bracketed(notation.sum([symbol, notation.product([notation.symbol("mu"), velocity])]))
            kept = notation.product([factor(schedule.momentum), notation.quantity(f"{v}+", update.velocity, True)])
            ahead = notation.bracketed(notation.sum([notation.quantity(direction_name, direction), kept]))
            direction_name = f"ahead({explanation.name})"
        else:
            symbol, direction_name = velocity, f"{v}+"
    step = f"{name} {minus} {notation.product([eta, symbol])}"
    directions = [ahead] * bool(ahead) + [notation.quantity(direction_name, update.direction, True)]
    moved = [notation.product([factor(schedule.learning_rate), direction]) for direction in directions]
    filled = [f"{notation.quantity(old, update.old)} {minus} {change}" for change in moved]
    yield Equation(notation.new(explanation.name), (step, *filled, notation.quantity(new, update.new)))
