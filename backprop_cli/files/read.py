"""A document's data as a `Setup`: every key checked, every mistake collected, names given out."""

from __future__ import annotations

import re

import numpy as np

from backprop_cli.errors import InputError
from backprop_cli.files.checker import Checker
from backprop_cli.files.document import Document
from backprop_cli.files.expected import kind_of, many
from backprop_cli.files.layers import GivenLayer, read_layers
from backprop_cli.files.limits import allowed_bytes, in_words, training_bytes
from backprop_cli.files.naming import read_names
from backprop_cli.files.samples import fit_samples, read_vectors
from backprop_cli.files.schedule import read_penalty, read_schedule, read_state, with_frozen
from backprop_cli.functions.losses import LOSSES, Loss
from backprop_cli.network.names import Names
from backprop_cli.network.network import Network, ParameterRow, Samples, Schedule, Setup
from backprop_cli.network.penalty import Penalty

KEYS = (
    "title", "loss", "learning_rate", "steps", "momentum", "dampening", "nesterov", "weight_decay", "penalty", "batch_size",
    "drop_last", "shuffle", "seed", "reduction", "freeze", "names", "inputs", "targets", "layers", "state",
    "standardize", "init", "weights", "orientation",
)  # fmt: skip
_WITH_EQUALS = rf"({'|'.join(KEYS)})\s*="


def read(document: Document) -> Setup:
    """The setup that a document describes.

    Raises:
        InputError: with every problem found (the first 20 of many), each with its place.
    """
    check = Checker(document)
    setup = _setup(check)
    if check.problems or setup is None:
        raise InputError(*check.report())
    return setup


def _setup(check: Checker) -> Setup | None:
    if not isinstance(check.data, dict):
        hint = ""
        if isinstance(check.data, str) and (match := re.match(_WITH_EQUALS, check.data)):
            hint = f"a key is followed by a colon: {match[1]}: …"
        check.problem(
            (), f"expected a mapping with the keys layers, inputs and targets, found {kind_of(check.data)}", hint
        )
        return None
    check.check_keys((), check.data, KEYS, required=("layers", "inputs"))
    loss = check.function(("loss",), LOSSES, "half_squared_error", "loss")
    title = check.title()
    layers = read_layers(check)
    inputs, input_names = read_vectors(check, ("inputs",), "input")
    needs_targets = loss is None or loss.needs_targets
    if needs_targets and "targets" not in check.data:
        check.problem((), "the key 'targets' is missing", "what should come out: one number per output", of_name=True)
    targets, target_names = read_vectors(check, ("targets",), "target") if "targets" in check.data else (None, ())
    schedule = read_schedule(check)
    if inputs is None or not layers:
        return None
    samples = fit_samples(check, loss, layers, inputs, targets)
    penalty = read_penalty(check, len(inputs))
    names = read_names(check, layers, input_names, target_names, bool(penalty))
    if samples is None or names is None or loss is None:
        return None
    network = _network(layers, loss, names, penalty)
    _check_memory(check, network, samples, schedule)
    schedule = with_frozen(check, schedule, network)
    updates, velocity = read_state(check, network)
    return Setup(title, network, samples, schedule, updates, velocity)


def _network(layers: list[GivenLayer], loss: Loss, names: Names, penalty: Penalty) -> Network:
    row = np.array([number for layer in layers for part in _parts(layer) for number in part])
    activations = tuple(layer.activation for layer in layers)
    return Network(activations, loss, names, ParameterRow(names, row), penalty)


def _parts(layer: GivenLayer) -> list[list[float]]:
    """The rows of the weights and, where there is one, the bias."""
    return layer.rows if layer.bias is None else [*layer.rows, layer.bias]


def _check_memory(check: Checker, network: Network, samples: Samples, schedule: Schedule) -> None:
    needed, allowed = training_bytes(network, samples, schedule), allowed_bytes(network, samples)
    if needed > allowed:
        shape = f"{many(len(samples), 'sample')} through {'-'.join(map(str, network.names.widths))} units"
        shape = shape if len(shape) < 100 else f"{many(len(samples), 'sample')} through {network.names.depth} layers"
        check.problem(
            ("inputs",),
            f"this needs about {in_words(needed)} of memory, and may take {in_words(allowed)}: {shape}",
            "fewer samples in one file, or a smaller network",
        )
