"""The numbers behind the page, for its script: every recorded step's, and in it every sample's, by name."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from backprop_cli.derivation.explanation import derive
from backprop_cli.network.network import Setup
from backprop_cli.render.drawing.heat import HeatMaps, data_uri, span
from backprop_cli.render.drawing.layout import is_drawable
from backprop_cli.render.drawing.loss import Curve
from backprop_cli.render.drawing.values import sample_values, step_values
from backprop_cli.training.record import Recording
from backprop_cli.training.train import Run

MOST_NUMBERS = 60_000
"""About as many numbers are embedded, in some 1.2 MB; beyond, fewer samples can be chosen."""


def chosen_samples(setup: Setup, frames: int, sample: int, numbers: int) -> list[int]:
    """The samples (from 0) that the page can show: all, or as many of the first as fit, always with `sample`."""
    room = max(1, MOST_NUMBERS // max(1, frames * numbers))
    first = list(range(min(room, len(setup.samples))))
    return first if sample in first else [*first[: room - 1], sample]


def scalar_data(recording: Recording, samples: list[int], curve: Curve) -> dict[str, Any]:
    """Names once, then for each frame the step's values and each sample's in the order of the names."""
    frames: list[dict[str, Any]] = []
    step_names: list[str] = []
    sample_names: list[str] = []
    for run in recording.frames:
        step = step_values(run)
        by_sample = [sample_values(derive(run, index)) for index in samples]
        step_names = list(dict.fromkeys([*step_names, *step]))
        sample_names = list(dict.fromkeys([*sample_names, *(name for values in by_sample for name in values)]))
        frames.append({**_place(run, curve), "values": step, "samples": by_sample, **_maps(run)})
    for frame in frames:
        frame["values"] = _in_order(frame["values"], step_names)
        frame["samples"] = [_in_order(values, sample_names) for values in frame["samples"]]
    return {"stepNames": step_names, "sampleNames": sample_names, "frames": frames}


def heat_data(recording: Recording, curve: Curve) -> dict[str, Any]:
    """For each frame the loss and every heat map with its range."""
    names = ["loss_before", "loss_after"]
    frames = []
    for run in recording.frames:
        losses = _in_order({"loss_before": run.loss_before, "loss_after": run.loss_after}, names)
        frames.append({**_place(run, curve), "values": losses, "samples": [], **_maps(run)})
    return {"stepNames": names, "sampleNames": [], "frames": frames}


def _maps(run: Run) -> dict[str, Any]:
    """The heat maps of a network that is too large to be drawn, each with its range."""
    if is_drawable(run.setup.network):
        return {}
    maps = HeatMaps(run.shown.before, run.shown.gradients)
    keys = [(kind, layer) for kind in maps.wanted for layer in maps.layers]
    shown = {f"{kind} {layer + 1}": maps.matrix(kind, layer) for kind, layer in keys}
    return {"maps": {key: [data_uri(matrix), span(matrix)] for key, matrix in shown.items()}}


def _place(run: Run, curve: Curve) -> dict[str, Any]:
    """Which step it is, and where on the curve it stands: at the loss after it."""
    number = run.shown.number
    return {"step": number, "point": list(curve.point(number))}


def _in_order(values: Mapping[str, float], names: Iterable[str]) -> list[float | str | None]:
    return [_plain(values.get(name, math.nan)) for name in names]


def _plain(value: float) -> float | str | None:
    """A number for JSON, which has none for infinity."""
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else f"{'-' * (value < 0)}Infinity"


def embedded(data: Mapping[str, Any]) -> str:
    """JSON that may stand in a `<script>` element: nothing in it can end the element or begin a comment."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
