"""A small network as a page of arithmetic: straight-line Python, one local variable for each quantity.

The variables bear the quantities' default names: `z3`, `a1`, `w31`, and `dz3` for ∂E/∂z3, `sz3` for the slope at z3. The
functions are written from the same lines, so that they agree bit for bit:

- `look(p, x, t)` goes forward and backward over one sample and returns all that came out: what `SamplePass` holds, in its
  order;
- `total_loss(p, x, t, count)` goes forward over `count` samples and returns the sum of their losses;
- `loop(p, v, x, t, order, q, count, c, losses)` makes `count` updates; `loop_with_losses` is the same and also puts the loss
  before each of them into `losses`.

`p` and `v` hold the parameters and their velocities in the order of `Names.parameters`, `x` and `t` all samples' numbers
one after the other, `order` the samples' indices as they are taken, cyclically, from position `q`; `c` are the schedule's
coefficients as `coefficients` lists them. Lists and arrays will both do.
"""

from __future__ import annotations

import re

from backprop_cli.functions.collapse import Collapse
from backprop_cli.functions.losses import Loss
from backprop_cli.network.names import Parameter
from backprop_cli.training.loops.sheet import Page

HEADER = "from math import erfc, exp, expm1, inf, log, log1p, nan, sinh, tanh\n"

_HOLE = re.compile(r"<(\w+)>")


def look_source(page: Page) -> str:
    """The source of `look`."""
    names, layers = page.names, range(page.names.depth)
    outputs = _units(page, layers[-1])
    vectors = [
        [[names.net_input(layer, unit) for unit in _units(page, layer)] for layer in layers],
        [[names.source(layer, index) for index in range(width)] for layer, width in enumerate(names.widths)],
        [[_slope(page, layer, unit) for unit in _units(page, layer)] for layer in layers],
        [[f"d{names.net_input(layer, unit)}" for unit in _units(page, layer)] for layer in layers],
        [
            [_loss_by_source(page, 0, source) for source in range(page.sources)],
            *([f"d{names.activation(layer, unit)}" for unit in _units(page, layer)] for layer in layers[:-1]),
            [_loss_slope(page, unit) for unit in outputs],
        ],
    ]
    shares = [names.share(unit) for unit in outputs]
    gradients = [gradient for _, gradient in _gradients(page)]
    body = [
        *_unpacked(page, velocities=False),
        *_sample(page, "0"),
        *_forward(page),
        *(f"{name} = {share}" for name, share in zip(shares, _shares(page), strict=True)),
        f"loss = {' + '.join(shares)}",
        *_backward(page),
        f"return {', '.join(map(_nested_list, vectors))}, {_list(shares)}, loss, {_list(gradients)}",
    ]
    return HEADER + "\n\ndef look(p, x, t):\n" + _indented(body)


def total_loss_source(page: Page) -> str:
    """The source of `total_loss`."""
    one = [*_sample(page, "i"), *_forward(page), *_loss(page), "total += loss"]
    body = [*_unpacked(page, velocities=False), "total = 0.0", "for i in range(count):", *_nested(one), "return total"]
    return HEADER + "\n\ndef total_loss(p, x, t, count):\n" + _indented(body)


def _list(entries: list[str]) -> str:
    return f"[{', '.join(entries)}]"


def _nested_list(rows: list[list[str]]) -> str:
    return _list([_list(row) for row in rows])


def loops_source(page: Page) -> str:
    """The source of `loop` and `loop_with_losses`.

    They return a number that is not finite, or very large, where the loss may have left the finite numbers on the way.
    """
    return "\n\n".join(
        [HEADER, _loop(page, "loop", with_losses=False), _loop(page, "loop_with_losses", with_losses=True)]
    )


def _loop(page: Page, name: str, with_losses: bool) -> str:
    c = ("rate", "momentum", "rest", "weight_decay", "bias_decay", "scale")
    body = [*_unpacked(page, velocities=bool(page.schedule.momentum))]
    body += [f"{coefficient} = c[{index}]" for index, coefficient in enumerate(c)]
    body += [*(_sample(page, "0") if page.is_single else ["period = len(order)"]), "watch = 0.0"]
    body += ["for k in range(count):", *_nested(_update(page, with_losses))]
    parameters = [page.names.of(parameter) for parameter in page.names.parameters()]
    body += [f"p[{index}] = {parameter}" for index, parameter in enumerate(parameters)]
    if page.schedule.momentum:
        body += [f"v[{index}] = v{parameter}" for index, parameter in enumerate(parameters)]
    return f"def {name}(p, v, x, t, order, q, count, c, losses):\n" + _indented([*body, "return watch"])


# ── one update ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _update(page: Page, with_losses: bool) -> list[str]:
    """The lines of one update: over its batch forward and backward, then every parameter's step."""
    needs_loss = with_losses or page.is_logarithmic
    one = [*_forward(page), *(_loss(page) if needs_loss else []), *_watch(page, needs_loss), *_backward(page)]
    lines: list[str] = []
    if page.batch == 1:
        lines += [*([] if page.is_single else _next_sample(page)), *one]
        gradients = dict(_gradients(page))
    else:
        sums = {name: f"g{name}" for name, _ in _gradients(page)}
        lines += [f"{total} = 0.0" for total in sums.values()]
        lines += ["total = 0.0"] * needs_loss
        one += [f"{sums[name]} += {gradient}" for name, gradient in _gradients(page)]
        one += ["total += loss"] * needs_loss
        lines += [f"for _ in range({page.batch}):", *_nested([*_next_sample(page), *one])]
        scaled = " * scale" * (page.schedule.reduction == "mean")
        gradients = {name: f"{total}{scaled}" for name, total in sums.items()}
        lines += [f"loss = total{scaled}"] * needs_loss
    lines += ["losses[k] = loss"] * with_losses
    for parameter in page.names.parameters():
        lines += _step(page, parameter, gradients[page.names.of(parameter)])
    return lines


def _step(page: Page, parameter: Parameter, gradient: str) -> list[str]:
    """torch.optim.SGD's rule for one parameter, in the order of operations of `updates.update`."""
    schedule, name = page.schedule, page.names.of(parameter)
    direction = gradient
    if schedule.weight_decay if parameter.is_weight else schedule.bias_decay:
        decay = "weight_decay" if parameter.is_weight else "bias_decay"
        direction = f"{gradient} + {decay} * {name}"
    lines: list[str] = []
    if schedule.momentum:
        rest = f"rest * ({direction})" if schedule.dampening else direction
        if schedule.nesterov:
            lines, rest = [f"g = {direction}"], "g"
        lines.append(f"v{name} = momentum * v{name} + ({rest})")
        direction = f"g + momentum * v{name}" if schedule.nesterov else f"v{name}"
    return lines if page.is_frozen(parameter) else [*lines, f"{name} -= rate * ({direction})"]


def _gradients(page: Page) -> list[tuple[str, str]]:
    """Each parameter's name with its gradient over one sample, as an expression."""
    names = page.names
    pairs = []
    for parameter in names.parameters():
        layer, unit, source = parameter.layer, parameter.unit, parameter.source
        units = _units(page, layer) if unit is None else [unit]
        deltas = [f"d{names.net_input(layer, unit)}" for unit in units]
        factor = "" if source is None else f" * {names.source(layer, source)}"
        pairs.append((names.of(parameter), " + ".join(deltas) + factor))
    return pairs


def _watch(page: Page, has_loss: bool) -> list[str]:
    """What tells afterwards that an output or its loss was out of bounds on the way."""
    if page.is_logarithmic and has_loss:
        return ["watch += loss"]
    return [f"watch += {page.names.output(unit)}" for unit in range(page.outputs)] if page.is_watched else []


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unpacked(page: Page, velocities: bool) -> list[str]:
    names = [page.names.of(parameter) for parameter in page.names.parameters()]
    lines = [f"{name} = p[{index}]" for index, name in enumerate(names)]
    return lines + [f"v{name} = v[{index}]" for index, name in enumerate(names)] * velocities


def _sample(page: Page, sample: str) -> list[str]:
    """Inputs and targets of the sample with the given index, an expression."""
    lines = []
    for vector, name, width in (("x", page.names.input, page.sources), ("t", page.names.target, page.outputs)):
        first = "" if sample == "0" else f"{sample} * {width} + "
        lines += [f"{name(index)} = {vector}[{first}{index}]" for index in range(width)]
    return lines


def _next_sample(page: Page) -> list[str]:
    return ["i = order[q]", "q += 1", "if q == period:", "    q = 0", *_sample(page, "i")]


# ── forward and backward ──────────────────────────────────────────────────────────────────────────────────────────────


def _forward(page: Page) -> list[str]:
    names, lines = page.names, []
    for layer, activation in enumerate(page.network.activations):
        for unit in _units(page, layer):
            terms = [
                f"{names.weight(layer, unit, source)} * {names.source(layer, source)}"
                for source in range(names.widths[layer])
            ]
            terms += [] if names.biases[layer] == "none" else [names.bias(layer, unit)]
            lines.append(f"{names.net_input(layer, unit)} = {' + '.join(terms)}")
        if not activation.is_elementwise:
            lines += _softmax(page, layer)
            continue
        for unit in _units(page, layer):
            holes = {name: repr(value) for name, value in activation.setting_values().items()}
            z, a = names.net_input(layer, unit), names.activation(layer, unit)
            lines += [_fill(line, {**holes, "z": z, "a": a, "s": f"s{z}"}) for line in activation.scalar]
    return lines


def _softmax(page: Page, layer: int) -> list[str]:
    """As `softmax.softmax`: the largest net input is taken off first."""
    names, units = page.names, _units(page, layer)
    z = [names.net_input(layer, unit) for unit in units]
    a = [names.activation(layer, unit) for unit in units]
    lines = [f"top = {z[0]}"]
    for name in z[1:]:
        lines += [f"if {name} > top:", f"    top = {name}"]
    lines += [f"{activation} = exp({net_input} - top)" for net_input, activation in zip(z, a, strict=True)]
    return [*lines, f"sum_{layer} = {' + '.join(a)}", *(f"{name} /= sum_{layer}" for name in a)]


def _loss(page: Page) -> list[str]:
    """`loss`, E of this sample."""
    return [f"loss = {' + '.join(_shares(page))}"]


def _shares(page: Page) -> list[str]:
    """Each output's share of E, as an expression."""
    loss, collapse = page.network.loss, page.network.collapse
    template = collapse.scalar_share if collapse else loss.scalar_share
    shares = []
    for unit in range(page.outputs):
        share = f"({_fill(template, _output_holes(page, loss, unit))})"
        shares.append(f"{share} / {page.outputs}.0" if loss.is_mean else share)
    return shares


def _output_holes(page: Page, loss: Loss, unit: int) -> dict[str, str]:
    names, last = page.names, page.names.depth - 1
    targets = " + ".join(names.target(index) for index in range(page.outputs))
    settings = {name: repr(value) for name, value in loss.setting_values().items()}
    return settings | {
        "t": names.target(unit),
        "o": names.output(unit),
        "z": names.net_input(last, unit),
        "c": f"c{names.output(unit)}",
        "s": f"({targets})",
        "top": "top",
        "sum": f"sum_{last}",
    }


def _backward(page: Page) -> list[str]:
    names, lines = page.names, []
    for layer in reversed(range(names.depth)):
        is_last = layer == names.depth - 1
        if is_last and page.network.collapse is not None:
            lines += _collapsed(page, page.network.collapse)
            continue
        for unit in _units(page, layer):
            slope = _loss_slope(page, unit) if is_last else _loss_by_source(page, layer + 1, unit)
            lines.append(f"d{names.activation(layer, unit)} = {slope}")
        lines += _deltas(page, layer)
    return lines


def _loss_slope(page: Page, unit: int) -> str:
    loss, collapse = page.network.loss, page.network.collapse
    template = collapse.scalar_slope if collapse and collapse.scalar_slope else loss.scalar_slope
    slope = _fill(template, _output_holes(page, loss, unit))
    return f"({slope}) / {page.outputs}.0" if loss.is_mean else slope


def _loss_by_source(page: Page, layer: int, source: int) -> str:
    names = page.names
    return " + ".join(
        f"d{names.net_input(layer, unit)} * {names.weight(layer, unit, source)}" for unit in _units(page, layer)
    )


def _deltas(page: Page, layer: int) -> list[str]:
    """∂E/∂z of a layer from its ∂E/∂a."""
    names = page.names
    pairs = [(names.net_input(layer, unit), names.activation(layer, unit)) for unit in _units(page, layer)]
    if page.network.activations[layer].is_elementwise:
        slopes = [_slope(page, layer, unit) for unit in _units(page, layer)]
        return [
            f"d{z} = d{a}" if slope == "1.0" else f"d{z} = d{a} * {slope}"
            for (z, a), slope in zip(pairs, slopes, strict=True)
        ]
    return _softmax_deltas(pairs)


def _slope(page: Page, layer: int, unit: int) -> str:
    """∂a/∂z of an elementwise layer's unit, as an expression."""
    has_slope = any("<s>" in line for line in page.network.activations[layer].scalar)
    return f"s{page.names.net_input(layer, unit)}" if has_slope else "1.0"


def _softmax_deltas(pairs: list[tuple[str, str]]) -> list[str]:
    """As `softmax.pullback`: ∂E/∂a is measured from the largest unit's."""
    (_, first), *others = pairs
    lines = [f"top = {first}", f"e = d{first}"]
    for _, a in others:
        lines += [f"if {a} > top:", f"    top = {a}", f"    e = d{a}"]
    lines.append("d = " + " + ".join(f"{a} * (d{a} - e)" for _, a in pairs))
    return [*lines, *(f"d{z} = {a} * (d{a} - e - d)" for z, a in pairs)]


def _collapsed(page: Page, collapse: Collapse) -> list[str]:
    """∂E/∂z of the outputs in closed form."""
    names, last = page.names, page.names.depth - 1
    lines = _complements(page)
    for unit in range(page.outputs):
        delta = _fill(collapse.scalar_delta, _output_holes(page, page.network.loss, unit))
        lines.append(f"d{names.net_input(last, unit)} = {delta}")
    return lines


def _complements(page: Page) -> list[str]:
    """1 − o of each output without cancellation: σ(−z), and under softmax the sum of the others where o is the largest."""
    names, last = page.names, page.names.depth - 1
    outputs = [names.output(unit) for unit in range(page.outputs)]
    lines: list[str] = []
    if page.network.activations[-1].is_elementwise:
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


def _units(page: Page, layer: int) -> range:
    return range(page.names.widths[layer + 1])


def _fill(template: str, holes: dict[str, str]) -> str:
    return _HOLE.sub(lambda hole: holes[hole[1]], template)


def _nested(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _indented(lines: list[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)
