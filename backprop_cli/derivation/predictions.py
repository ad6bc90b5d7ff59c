"""What a network puts out for samples, and where its outputs stand for classes, which class each sample is put into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from backprop_cli.forward import forward
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names
from backprop_cli.network.network import Network, Samples

FROM_ZERO_TO_ONE = ("sigmoid", "hard_sigmoid")
FROM_MINUS_ONE_TO_ONE = ("tanh", "hard_tanh", "bipolar_sigmoid", "softsign")
"""Output activations of which one unit tells two classes apart, at the middle of its range."""


class Classes(NamedTuple):
    """What the outputs stand for: a class for each, or for one output the two classes on either side of `threshold`.

    `are_targets` says whether every target names a class too, and `are_probabilities` whether the outputs are their
    probabilities.
    """

    names: tuple[str, ...]
    threshold: float | None
    are_targets: bool
    are_probabilities: bool

    def of(self, values: Array) -> Array:
        """The index of the class that each row of outputs or targets stands for."""
        if self.threshold is None:
            return np.asarray(values.argmax(axis=1))
        return (values[:, 0] > self.threshold).astype(int)


def classes_of(network: Network, samples: Samples) -> Classes | None:
    """The classes that a network with these samples tells apart; None where its outputs are plain numbers.

    A softmax always does. Any outputs do where each target is one-hot, and one output where all targets are the two ends of
    its activation's range.
    """
    last, targets = network.activations[-1], samples.targets
    names = tuple(network.names.output(unit) for unit in range(targets.shape[1]))
    if len(names) > 1:
        is_one_hot = network.loss.needs_targets and bool(
            np.isin(targets, (0.0, 1.0)).all() and (targets.sum(axis=1) == 1.0).all()
        )
        is_softmax = not last.is_elementwise
        return Classes(names, None, is_one_hot, is_softmax) if is_softmax or is_one_hot else None
    if not network.loss.needs_targets:
        return None
    if last.name in FROM_ZERO_TO_ONE and np.isin(targets, (0.0, 1.0)).all():
        return Classes(("0", "1"), 0.5, True, True)
    if (last.name in FROM_MINUS_ONE_TO_ONE or network.loss.name == "hinge") and np.isin(targets, (-1.0, 1.0)).all():
        return Classes(("-1", "1"), 0.0, True, False)
    return None


class Prediction(NamedTuple):
    """One sample's outputs, by name; its class and the class of its targets where there are any."""

    outputs: dict[str, float]
    targets: dict[str, float]
    chosen: str | None
    probability: float | None
    wanted: str | None


@dataclass(frozen=True)
class Predictions:
    """The outputs for all samples, samples × outputs, beside the targets where there are any.

    `inputs`, samples × inputs, are shown beside them: as they were given, where the network takes them standardized.
    """

    names: Names
    inputs: Array
    outputs: Array
    targets: Array | None
    classes: Classes | None

    def __len__(self) -> int:
        """The number of samples."""
        return len(self.outputs)

    @cached_property
    def chosen(self) -> Array:
        """The index of each sample's class."""
        assert self.classes is not None
        return self.classes.of(self.outputs)

    @cached_property
    def wanted(self) -> Array | None:
        """The index of the class of each sample's targets."""
        if self.classes is None or self.targets is None or not self.classes.are_targets:
            return None
        return self.classes.of(self.targets)

    @cached_property
    def right(self) -> int | None:
        """How many samples are put into the class of their targets; None where these are no classes."""
        return None if self.wanted is None else int((self.chosen == self.wanted).sum())

    def __iter__(self) -> Iterator[Prediction]:
        """Sample by sample."""
        units = range(self.outputs.shape[1])
        outputs = [self.names.output(unit) for unit in units]
        targets = [self.names.target(unit) for unit in units]
        for index, row in enumerate(self.outputs.tolist()):
            given = {} if self.targets is None else dict(zip(targets, self.targets[index].tolist(), strict=True))
            named = dict(zip(outputs, row, strict=True))
            yield Prediction(named, given, *self._classified(index, row))

    def _classified(self, index: int, row: list[float]) -> tuple[str | None, float | None, str | None]:
        if self.classes is None:
            return None, None, None
        chosen, names = int(self.chosen[index]), self.classes.names
        probability = None
        if self.classes.are_probabilities:
            probability = row[chosen] if self.classes.threshold is None else row[0] if chosen else 1.0 - row[0]
        return names[chosen], probability, None if self.wanted is None else names[int(self.wanted[index])]


def predict(network: Network, samples: Samples, inputs: Array | None = None) -> Predictions:
    """The outputs for a network's own samples, beside their targets, or for other `inputs`, samples × inputs.

    The classes are those that the network's own samples show.
    """
    given = samples.inputs if inputs is None else inputs
    targets = samples.targets if inputs is None and network.loss.needs_targets else None
    return Predictions(network.names, given, forward(network, given).outputs, targets, classes_of(network, samples))
