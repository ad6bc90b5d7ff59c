"""What the page's script works with: names, functions, samples, and the parameters of every kept step.

All other numbers follow from these, and the script works them out when they are asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from backprop_cli.network.names import Names
from backprop_cli.network.network import Network, Schedule, Setup
from backprop_cli.render.drawing.heat import HeatMaps, data_uri, span
from backprop_cli.render.drawing.loss_curve import LossCurve
from backprop_cli.training.record import Recording
from backprop_cli.training.train import Run

MOST_NUMBERS = 60_000
"""About as many numbers of samples are embedded, in some 1.2 MB; of more samples some are left out."""

MOST_PRODUCTS = 100_000
"""A gradient that takes more products of parameters and samples is embedded rather than worked out in the page."""


def chosen_samples(setup: Setup, sample: int) -> list[int]:
    """The samples (from 0) that the page can show: all, or as many of the first as fit, always with `sample`."""
    room = max(1, MOST_NUMBERS // (setup.samples.inputs.shape[1] + setup.samples.targets.shape[1]))
    first = list(range(min(room, len(setup.samples))))
    return first if sample in first else [*first[:-1], sample]


def model_data(setup: Setup, samples: list[int]) -> dict[str, Any]:
    """The network with its names, its training, and its samples by index, null where one is left out."""
    x, t = setup.samples.inputs.tolist(), setup.samples.targets.tolist()
    kept = set(samples)
    return {
        "names": _names(setup.network),
        "network": _network(setup.network),
        "schedule": _schedule(setup.schedule),
        "file": _file_keys(setup),
        "samples": [{"x": x[i], "t": t[i]} if i in kept else None for i in range(max(kept) + 1)],
    }


def _file_keys(setup: Setup) -> dict[str, Any]:
    """What a network file says besides the network, the samples and the learning rate."""
    schedule, names = setup.schedule, setup.network.names
    penalty = setup.network.penalty
    called = {
        "loss": names.loss if names.loss != "E" else "",
        "penalty": names.penalty if names.penalty not in ("", "R") else "",
        "outputs": names.given_outputs,
        "targets": names.given_targets,
    }
    keys: dict[str, Any] = {
        "title": setup.title,
        "names": {key: value for key, value in called.items() if value},
        "momentum": schedule.momentum,
        "dampening": schedule.dampening,
        "nesterov": schedule.nesterov,
        "weight_decay": dict(schedule.weight_decay._asdict()) if any(schedule.weight_decay) else None,
        "penalty": {"l2": penalty.l2._asdict(), "l1": penalty.l1._asdict()} if penalty else None,
        "batch_size": schedule.batch_size,
        "drop_last": schedule.drop_last,
        "shuffle": schedule.shuffle,
        "seed": schedule.seed,
        "reduction": schedule.reduction if schedule.reduction != "mean" else None,
        "freeze": [names.of(one) for one in names.parameters() if setup.is_frozen(one)],
    }
    return {key: value for key, value in keys.items() if value}


def _names(network: Network) -> dict[str, Any]:
    names: Names = network.names
    outputs, units = range(names.widths[-1]), [range(width) for width in names.widths[1:]]
    layers = [
        {
            "z": [names.net_input(layer, unit) for unit in units[layer]],
            "a": [names.activation(layer, unit) for unit in units[layer]],
            "weights": [names.weight_row(layer, unit) for unit in units[layer]],
            "biases": [names.of(parameter) for parameter in names.layer_biases(layer)],
        }
        for layer in range(names.depth)
    ]
    return {
        "inputs": [names.input(index) for index in range(names.widths[0])],
        "targets": [names.target(index) for index in outputs] if network.loss.needs_targets else [],
        "shares": [names.share(index) for index in outputs],
        "loss": names.loss,
        "penalty": names.penalty if network.penalty else "",
        "layers": layers,
    }


def _network(network: Network) -> dict[str, Any]:
    penalty, loss = network.penalty, network.loss
    return {
        "widths": network.names.widths,
        "biases": network.names.biases,
        "activations": [{"name": entry.name, "settings": entry.settings} for entry in network.activations],
        "loss": {"name": loss.name, "settings": loss.settings},
        "penalty": {"l2": penalty.l2, "l1": penalty.l1, "divisor": penalty.divisor},
    }


def _schedule(schedule: Schedule) -> dict[str, Any]:
    return {
        "rate": schedule.learning_rate,
        "momentum": schedule.momentum,
        "dampening": schedule.dampening,
        "nesterov": schedule.nesterov,
        "decay": schedule.weight_decay,
        "reduction": schedule.reduction,
        "frozen": [] if schedule.frozen is None else schedule.frozen.nonzero()[0].tolist(),
        "batchSize": schedule.batch_size,
        "dropLast": schedule.drop_last,
        "shuffle": schedule.shuffle,
    }


def frames_data(recording: Recording, curve: LossCurve, with_parameters: bool) -> list[dict[str, Any]]:
    """For each kept step its number, its place on the curve, its losses, and what else the script cannot work out."""
    frames = []
    for run in recording.frames:
        step = run.shown
        place = {"step": step.number, "point": curve.point(step.number), "losses": (run.loss_before, run.loss_after)}
        frames.append({**place, **(_parameters(run) if with_parameters else _maps(run))})
    return frames


def _parameters(run: Run) -> dict[str, Any]:
    """The parameters before the step, and of the rest what does not follow from them, or not soon."""
    step, count = run.shown, len(run.setup.samples)
    given: dict[str, Any] = {"row": step.before.parameters.row.tolist()}
    if step.velocity_before is not None:
        given["velocity"] = step.velocity_before.row.tolist()
    if step.batch != tuple(range(count)):
        given["batch"] = step.batch
    if len(step.batch) * step.before.parameter_count > MOST_PRODUCTS:
        given["gradient"] = step.gradients.row.tolist()
    return given


def _maps(run: Run) -> dict[str, Any]:
    """The heat maps of a network whose numbers the script does not have, each with its range."""
    maps = HeatMaps(run.shown.before, run.shown.gradients)
    keys = [(kind, layer) for kind in maps.wanted for layer in maps.layers]
    shown = {f"{kind} {layer + 1}": maps.matrix(kind, layer) for kind, layer in keys}
    return {"maps": {key: [data_uri(matrix), span(matrix)] for key, matrix in shown.items()}}


def embedded(data: Mapping[str, Any]) -> str:
    """JSON that may stand in a `<script>` element: nothing in it can end the element or begin a comment or a script."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub("<(?=[/!sS])", r"\\u003c", text)
