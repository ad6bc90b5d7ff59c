"""A small network as a page of arithmetic: straight-line Python, one local variable for each quantity.

The variables bear the quantities' default names: `z3`, `a1`, `w31`, and `dz3` for ∂E/∂z3, `sz3` for the slope at z3. The code
is one function, `loop(p, v, x, t, order, q, count, c, losses)`, which makes `count` updates:

- `p` and `v` hold the parameters and their velocities in the order of `Names.parameters`, and are changed;
- `x` and `t` hold all samples' numbers one after the other;
- `order` holds the samples' indices as they are taken, pass after pass, cyclically, from position `q`;
- `c` holds the numbers that `COEFFICIENTS` lists;
- `losses` takes the loss before each update, where the code is written with losses.

Lists and arrays will both do. It returns a number that is not finite, or very large, where the loss may have left the finite
numbers on the way.
"""

from __future__ import annotations

from backprop_cli.formula.assignments import block, python_lines
from backprop_cli.functions.collapse import Collapse
from backprop_cli.network.names import Parameter
from backprop_cli.training.loops.sheet import COEFFICIENTS, Sheet

HEADER = "from math import cosh, erfc, exp, expm1, inf, log, log1p, nan, sinh, tanh\n"


def loop_source(sheet: Sheet, with_losses: bool) -> str:
    """The source of `loop`."""
    body = _unpacked(sheet)
    body += [f"{coefficient} = c[{index}]" for index, coefficient in enumerate(COEFFICIENTS)]
    body += _sample(sheet, "0") if sheet.is_single else ["period = len(order)"]
    if not sheet.is_single and not sheet.is_even:
        body.append(f"end = (q // {sheet.pass_length} + 1) * {sheet.pass_length}")
    body += ["watch = 0.0", "for k in range(count):", *_nested(_update(sheet, with_losses))]
    parameters = [sheet.names.of(parameter) for parameter in sheet.names.parameters()]
    body += [f"p[{index}] = {parameter}" for index, parameter in enumerate(parameters)]
    if sheet.schedule.momentum:
        body += [f"v[{index}] = v{parameter}" for index, parameter in enumerate(parameters)]
    return HEADER + "\n\ndef loop(p, v, x, t, order, q, count, c, losses):\n" + _indented([*body, "return watch"])


# ── one update ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _update(sheet: Sheet, with_losses: bool) -> list[str]:
    """The lines of one update: over its batch forward and backward, then every parameter's step."""
    needs_loss = with_losses or sheet.is_logarithmic
    one = [*_forward(sheet), *(_loss(sheet) if needs_loss else []), *_watch(sheet, needs_loss), *_backward(sheet)]
    lines: list[str] = []
    if sheet.batch == 1:
        lines += [*([] if sheet.is_single else _next_sample(sheet)), *one]
        gradients = dict(_gradients(sheet))
    else:
        sums = {name: f"g{name}" for name, _ in _gradients(sheet)}
        lines += [f"{total} = 0.0" for total in sums.values()]
        lines += ["total = 0.0"] * needs_loss
        one += [f"{sums[name]} += {gradient}" for name, gradient in _gradients(sheet)]
        one += ["total += loss"] * needs_loss
        lines += _over_batch(sheet, one)
        scaled = " * scale" * (sheet.schedule.reduction == "mean")
        gradients = {name: f"{total}{scaled}" for name, total in sums.items()}
        lines += [f"loss = total{scaled}"] * needs_loss
    lines += _penalty(sheet) * with_losses
    lines += ["losses[k] = loss"] * with_losses
    for parameter in sheet.names.parameters():
        lines += _step(sheet, parameter, gradients[sheet.names.of(parameter)])
    return lines


def _over_batch(sheet: Sheet, one: list[str]) -> list[str]:
    """The lines of one sample for each of a batch; the last batch of a pass ends with it."""
    if sheet.is_even:
        return [f"for _ in range({sheet.batch}):", *_nested([*_next_sample(sheet), *one])]
    return [
        f"last = min(q + {sheet.batch}, end)",
        "scale = 1.0 / (last - q)",
        "for place in range(q, last):",
        *_nested(["i = order[place]", *_sample(sheet, "i"), *one]),
        "q = last",
        "if q == end:",
        f"    end += {sheet.pass_length}",
        "    if q == period:",
        "        q = 0",
        f"        end = {sheet.pass_length}",
    ]


def _penalty(sheet: Sheet) -> list[str]:
    """What the penalty adds to `loss`."""
    kinds = [(parameter, "weights" if parameter.is_weight else "biases") for parameter in sheet.names.parameters()]
    named = [(parameter, kind, sheet.names.of(parameter)) for parameter, kind in kinds]
    l2, l1 = sheet.network.penalty.l2, sheet.network.penalty.l1
    lines = [f"loss += 0.5 * l2_{kind} * {name} * {name}" for parameter, kind, name in named if l2.of(parameter)]
    return lines + [f"loss += l1_{kind} * abs({name})" for parameter, kind, name in named if l1.of(parameter)]


def _step(sheet: Sheet, parameter: Parameter, gradient: str) -> list[str]:
    """torch.optim.SGD's rule for one parameter, in the order of operations of `update.update`, and the penalty's slope."""
    schedule, name = sheet.schedule, sheet.names.of(parameter)
    penalty, kind = sheet.network.penalty, "weights" if parameter.is_weight else "biases"
    direction = gradient
    if schedule.weight_decay.of(parameter) or penalty.l2.of(parameter):
        direction += f" + decay_{kind} * {name}"
    if penalty.l1.of(parameter):
        direction += f" + (l1_{kind} if {name} > 0.0 else -l1_{kind} if {name} < 0.0 else 0.0)"
    lines: list[str] = []
    if schedule.momentum:
        rest = f"rest * ({direction})" if schedule.dampening else direction
        if schedule.nesterov:
            lines, rest = [f"g = {direction}"], "g"
        lines.append(f"v{name} = momentum * v{name} + ({rest})")
        direction = f"g + momentum * v{name}" if schedule.nesterov else f"v{name}"
    return lines if sheet.is_frozen(parameter) else [*lines, f"{name} -= rate * ({direction})"]


def _gradients(sheet: Sheet) -> list[tuple[str, str]]:
    """Each parameter's name with its gradient over one sample, as an expression."""
    names = sheet.names
    pairs = []
    for parameter in names.parameters():
        layer, unit, source = parameter.layer, parameter.unit, parameter.source
        units = _units(sheet, layer) if unit is None else [unit]
        deltas = [f"d{names.net_input(layer, unit)}" for unit in units]
        factor = "" if source is None else f" * {names.source(layer, source)}"
        pairs.append((names.of(parameter), " + ".join(deltas) + factor))
    return pairs


def _watch(sheet: Sheet, has_loss: bool) -> list[str]:
    """What tells afterwards that an output or its loss was out of bounds on the way."""
    if sheet.is_logarithmic and has_loss:
        return ["watch += loss"]
    return [f"watch += {sheet.names.output(unit)}" for unit in range(sheet.outputs)] if sheet.is_watched else []


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unpacked(sheet: Sheet) -> list[str]:
    names = [sheet.names.of(parameter) for parameter in sheet.names.parameters()]
    lines = [f"{name} = p[{index}]" for index, name in enumerate(names)]
    return lines + [f"v{name} = v[{index}]" for index, name in enumerate(names)] * bool(sheet.schedule.momentum)


def _sample(sheet: Sheet, sample: str) -> list[str]:
    """Inputs and targets of the sample with the given index, an expression."""
    lines = []
    for vector, name, width in (("x", sheet.names.input, sheet.sources), ("t", sheet.names.target, sheet.outputs)):
        first = "" if sample == "0" else f"{sample} * {width} + "
        lines += [f"{name(index)} = {vector}[{first}{index}]" for index in range(width)]
    return lines


def _next_sample(sheet: Sheet) -> list[str]:
    return ["i = order[q]", "q += 1", "if q == period:", "    q = 0", *_sample(sheet, "i")]


# ── forward and backward ──────────────────────────────────────────────────────────────────────────────────────────────


def _forward(sheet: Sheet) -> list[str]:
    names, lines = sheet.names, []
    for layer, activation in enumerate(sheet.network.activations):
        for unit in _units(sheet, layer):
            terms = [
                f"{names.weight(layer, unit, source)} * {names.source(layer, source)}"
                for source in range(names.widths[layer])
            ]
            terms += [] if names.biases[layer] == "none" else [names.bias(layer, unit)]
            lines.append(f"{names.net_input(layer, unit)} = {' + '.join(terms)}")
        if not activation.is_elementwise:
            lines += _softmax(sheet, layer)
            continue
        statements = block(activation.lines, tuple(activation.setting_values().items()))
        for unit in _units(sheet, layer):
            z, a = names.net_input(layer, unit), names.activation(layer, unit)
            lines += python_lines(statements, {"z": z, "a": a, "s": f"s{z}"})
    return lines


def _softmax(sheet: Sheet, layer: int) -> list[str]:
    """As `softmax.softmax`: the largest net input is taken off first."""
    names, units = sheet.names, _units(sheet, layer)
    z = [names.net_input(layer, unit) for unit in units]
    a = [names.activation(layer, unit) for unit in units]
    lines = [f"top = {z[0]}"]
    for name in z[1:]:
        lines += [f"if {name} > top:", f"    top = {name}"]
    lines += [f"{activation} = exp({net_input} - top)" for net_input, activation in zip(z, a, strict=True)]
    return [*lines, f"sum_{layer} = {' + '.join(a)}", *(f"{name} /= sum_{layer}" for name in a)]


def _loss(sheet: Sheet) -> list[str]:
    """`loss`, E of this sample: the sum of each output's share."""
    collapse, units = sheet.network.collapse, range(sheet.outputs)
    formulas = (f"share = {collapse.stable_share}",) if collapse else sheet.network.loss.share_lines
    shares = [f"e{sheet.names.output(unit)}" for unit in units]
    lines = [line for unit in units for line in _of_output(sheet, formulas, unit, "share", shares[unit])]
    return [*lines, f"loss = {' + '.join(shares)}"]


def _of_output(sheet: Sheet, formulas: tuple[str, ...], unit: int, result: str, name: str) -> list[str]:
    """Formulas of a loss for one output, the `result` of which gets a name."""
    loss, names, last = sheet.network.loss, sheet.names, sheet.names.depth - 1
    settings = {"n": float(sheet.outputs)} | loss.setting_values()
    local = {
        "t": names.target(unit),
        "o": names.output(unit),
        "z": names.net_input(last, unit),
        "c": f"c{names.output(unit)}",
        "s": f"({' + '.join(names.target(index) for index in range(sheet.outputs))})",
        "sum": f"sum_{last}",
    }
    return python_lines(block(formulas, tuple(settings.items())), local | {result: name})


def _backward(sheet: Sheet) -> list[str]:
    names, lines = sheet.names, []
    for layer in reversed(range(names.depth)):
        is_last = layer == names.depth - 1
        if is_last and sheet.network.collapse is not None:
            lines += _collapsed(sheet, sheet.network.collapse)
            continue
        for unit in _units(sheet, layer):
            name = f"d{names.activation(layer, unit)}"
            if is_last:
                lines += _of_output(sheet, sheet.network.loss.slope_lines, unit, "slope", name)
            else:
                lines.append(f"{name} = {_loss_by_source(sheet, layer + 1, unit)}")
        lines += _deltas(sheet, layer)
    return lines


def _loss_by_source(sheet: Sheet, layer: int, source: int) -> str:
    names = sheet.names
    return " + ".join(
        f"d{names.net_input(layer, unit)} * {names.weight(layer, unit, source)}" for unit in _units(sheet, layer)
    )


def _deltas(sheet: Sheet, layer: int) -> list[str]:
    """∂E/∂z of a layer from its ∂E/∂a."""
    names = sheet.names
    pairs = [(names.net_input(layer, unit), names.activation(layer, unit)) for unit in _units(sheet, layer)]
    if sheet.network.activations[layer].is_elementwise:
        is_one = sheet.network.activations[layer].slope_formula == "1"
        return [f"d{z} = d{a}" if is_one else f"d{z} = d{a} * s{z}" for z, a in pairs]
    return _softmax_deltas(pairs)


def _softmax_deltas(pairs: list[tuple[str, str]]) -> list[str]:
    """As `softmax.pullback`: ∂E/∂a is measured from the largest unit's."""
    (_, first), *others = pairs
    lines = [f"top = {first}", f"e = d{first}"]
    for _, a in others:
        lines += [f"if {a} > top:", f"    top = {a}", f"    e = d{a}"]
    lines.append("d = " + " + ".join(f"{a} * (d{a} - e)" for _, a in pairs))
    return [*lines, *(f"d{z} = {a} * (d{a} - e - d)" for z, a in pairs)]


def _collapsed(sheet: Sheet, collapse: Collapse) -> list[str]:
    """∂E/∂z of the outputs in closed form."""
    names, last = sheet.names, sheet.names.depth - 1
    lines = _complements(sheet)
    for unit in range(sheet.outputs):
        name = f"d{names.net_input(last, unit)}"
        lines += _of_output(sheet, (f"delta = {collapse.stable_delta}",), unit, "delta", name)
    return lines


def _complements(sheet: Sheet) -> list[str]:
    """1 − o of each output without cancellation: σ(−z), and under softmax the sum of the others where o is the largest."""
    names, last = sheet.names, sheet.names.depth - 1
    outputs = [names.output(unit) for unit in range(sheet.outputs)]
    lines: list[str] = []
    if sheet.network.activations[-1].is_elementwise:
        for unit, output in enumerate(outputs):
            z = names.net_input(last, unit)
            lines += [f"e = exp(-abs({z}))", f"c{output} = (e if {z} > 0.0 else 1.0) / (1.0 + e)"]
        return lines
    lines += [f"most = {outputs[0]}", "largest = 0"]
    for unit, output in enumerate(outputs[1:], start=1):
        lines += [f"if {output} > most:", f"    most = {output}", f"    largest = {unit}"]
    for unit, output in enumerate(outputs):
        rest = " + ".join(other for other in outputs if other != output) or "0.0"
        lines.append(f"c{output} = {rest} if largest == {unit} else 1.0 - {output}")
    return lines


def _units(sheet: Sheet, layer: int) -> range:
    return range(sheet.names.widths[layer + 1])


def _nested(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _indented(lines: list[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)
