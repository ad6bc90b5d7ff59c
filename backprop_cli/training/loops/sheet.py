"""What the generated code of one setup depends on, and whether there can be any."""

from __future__ import annotations

from typing import NamedTuple

from backprop_cli.network.names import Names, Parameter
from backprop_cli.network.network import Network, Schedule, Setup


class Sheet(NamedTuple):
    """What the generated code of one setup depends on: `batch` is the most samples of a step, of `samples` that there are."""

    network: Network
    names: Names
    """The default names: they are valid identifiers, whatever the config calls things."""
    schedule: Schedule
    batch: int
    samples: int

    @staticmethod
    def of(setup: Setup) -> Sheet:
        """The sheet of a setup."""
        samples = len(setup.samples)
        names = Names(setup.network.names.widths, setup.network.names.biases)
        return Sheet(setup.network, names, setup.schedule, setup.schedule.batch_limit(samples), samples)

    def is_frozen(self, parameter: Parameter) -> bool:
        """Whether a parameter is left alone by the updates."""
        frozen = self.schedule.frozen
        return frozen is not None and bool(frozen[self.names.index(parameter)])

    @property
    def pass_length(self) -> int:
        """How many samples one pass over them uses."""
        return self.schedule.pass_length(self.samples)

    @property
    def batches_per_pass(self) -> int:
        """How many batches one pass has."""
        return self.schedule.batches_per_pass(self.samples)

    @property
    def is_even(self) -> bool:
        """Whether all batches have the same size."""
        return self.pass_length % self.batch == 0

    @property
    def is_single(self) -> bool:
        """Whether every update takes the one sample there is."""
        return self.samples == 1

    @property
    def sources(self) -> int:
        """The number of inputs."""
        return self.names.widths[0]

    @property
    def outputs(self) -> int:
        """The number of outputs."""
        return self.names.widths[-1]

    @property
    def is_watched(self) -> bool:
        """Whether an output can run away while the parameters stay finite."""
        return not self.network.activations[-1].is_bounded

    @property
    def is_logarithmic(self) -> bool:
        """Whether the loss is a logarithm of outputs that may leave its domain, so that only the loss itself shows it."""
        return self.network.loss.log_weights is not None and self.network.collapse is None


def uncovered(network: Network) -> str:
    """Why no scalar code can be written for a network, or nothing."""
    collapse = network.collapse
    if collapse is not None and not collapse.stable_delta:
        return f"{network.loss.name} above {network.activations[-1].name} has no scalar form"
    return ""


COEFFICIENTS = (
    "rate", "momentum", "rest", "scale", "decay_weights", "decay_biases",
    "l2_weights", "l2_biases", "l1_weights", "l1_biases",
)  # fmt: skip
"""What the generated code takes as `c`: `decay` is the weight decay with the L2 penalty."""


def coefficients(sheet: Sheet) -> list[float]:
    """The numbers of `COEFFICIENTS`."""
    schedule, penalty = sheet.schedule, sheet.network.penalty
    l2, l1 = ([factor / penalty.divisor for factor in kind] for kind in (penalty.l2, penalty.l1))
    decays = [decay + factor for decay, factor in zip(schedule.weight_decay, l2, strict=True)]
    scale = 1.0 / sheet.batch if schedule.reduction == "mean" else 1.0
    return [schedule.learning_rate, schedule.momentum, 1.0 - schedule.dampening, scale, *decays, *l2, *l1]
