"""One parameter's gradient, derived: its chain of records, its paths to the loss, its update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from backprop_cli.backward import Gradients, both_passes
from backprop_cli.derivation.partials import Derivation, Partial, closure
from backprop_cli.derivation.paths import Path, count_paths, largest_paths
from backprop_cli.errors import UsageError
from backprop_cli.forward import Trace
from backprop_cli.network.names import Parameter, Unit
from backprop_cli.training.train import Run


class Update(NamedTuple):
    """How a step changes one parameter: `new` = `old` + `change`, and `change` = −η · `direction` where it is not frozen.

    `decayed` is the gradient with `decay` · `old` added. The direction is that, or the velocity, or Nesterov's sum of the two.
    """

    old: float
    change: float
    new: float
    decayed: float
    direction: float
    is_frozen: bool = False
    decay: float = 0.0
    velocity: float | None = None
    velocity_before: float | None = None


class Explanation(NamedTuple):
    """All about one parameter: `gradient` is the batch's, `partials` and `paths` are those of the shown sample.

    `by_sample` holds (sample from 1, its gradient) for the step's batch where that is not the shown sample alone.
    `path_count` counts all the paths, of which `paths` may hold only the largest.
    """

    parameter: Parameter
    name: str
    value: float
    gradient: float
    partials: tuple[Partial, ...]
    update: Update
    by_sample: tuple[tuple[int, float], ...] = ()
    paths: tuple[Path, ...] | None = None
    path_count: int = 0

    def __repr__(self) -> str:
        return f"<{self.partials[-1].name} = {self.gradient!r}, {self.name}: {self.update.old!r} → {self.update.new!r}>"


class Explainable(NamedTuple):
    """One line of the list of what can be explained; the `gradient` of a weight or bias is the batch's."""

    name: str
    kind: str
    value: float
    gradient: float


class UnitExplanation(NamedTuple):
    """All about one net input, activation or input, in the shown sample: its value and the chain of ∂E/∂ of it."""

    name: str
    value: float
    partials: tuple[Partial, ...]
    paths: tuple[Path, ...] | None = None
    path_count: int = 0

    @property
    def gradient(self) -> float:
        """The derivative of the sample's loss by it."""
        return self.partials[-1].value

    def __repr__(self) -> str:
        return f"<{self.partials[-1].name} = {self.gradient!r}, {self.name} = {self.value!r}>"


def update_of(run: Run, parameter: Parameter) -> Update:
    """What the run's shown step did to one parameter."""
    step, schedule = run.shown, run.setup.schedule
    is_frozen = run.setup.is_frozen(parameter)
    old = step.before.value_of(parameter)
    decay = schedule.weight_decay.of(parameter)
    decayed = step.gradients.pick(parameter) + decay * old
    velocity = None if step.velocity_after is None else step.velocity_after.pick(parameter)
    direction = decayed if velocity is None else velocity
    if velocity is not None and schedule.nesterov:
        direction = decayed + schedule.momentum * velocity
    return Update(
        old,
        0.0 if is_frozen or step.changes is None else step.changes.pick(parameter),
        step.after.value_of(parameter),
        decayed,
        direction,
        is_frozen,
        decay,
        velocity,
        None if step.velocity_before is None else step.velocity_before.pick(parameter),
    )


def derive(run: Run, sample: int) -> Derivation:
    """The derivatives of one sample's loss (from 0) in the run's shown step.

    Each sample carries the penalty, so that their mean has it once; where losses are added up it carries its share of it.
    """
    network = run.shown.before
    if network.penalty and run.setup.schedule.reduction == "sum":
        network = replace(network, penalty=network.penalty.share_of(len(run.shown.batch)))
    return Derivation(network, run.setup.samples.only(sample))


class Explainer:
    """Explains the parameters of a run's shown step; `sample` (from 0) is the one whose chain is followed.

    Raises:
        UsageError: there is no such sample.
    """

    def __init__(self, run: Run, sample: int = 0) -> None:
        count = len(run.setup.samples)
        if not 0 <= sample < count:
            raise UsageError(f"there is no sample {sample + 1}: the file has {count} sample{'s' * (count != 1)}")
        self.run = run
        self.sample = sample
        self.derivation = derive(run, sample)

    @cached_property
    def _batch(self) -> tuple[Trace, Gradients]:
        """Both passes over the step's batch."""
        step = self.run.shown
        return both_passes(step.before, self.run.setup.samples.batch(step.batch))

    def _by_sample(self, parameter: Parameter) -> tuple[tuple[int, float], ...]:
        """The gradient of each sample of the step's batch, where that is not the shown sample alone."""
        step = self.run.shown
        if step.is_of(self.sample):
            return ()
        trace, gradients = self._batch
        deltas = gradients.deltas[parameter.layer]
        if parameter.source is not None:
            found = deltas[:, parameter.unit or 0] * trace.activations[parameter.layer][:, parameter.source]
        elif parameter.unit is not None:
            found = deltas[:, parameter.unit]
        else:
            found = deltas.sum(axis=1)
        found = found + sum(partial.value for partial in self.derivation.penalty_by(parameter))
        return tuple(zip((index + 1 for index in step.batch), found.tolist(), strict=True))

    def explain(self, parameter: Parameter, with_paths: bool = False, limit: int = 20) -> Explanation:
        """The derivation of one parameter's gradient; `with_paths` adds its `limit` largest paths."""
        step = self.run.shown
        gradient = self.derivation.gradient(parameter)
        records = closure(gradient)
        return Explanation(
            parameter,
            gradient.wrt,
            step.before.value_of(parameter),
            step.gradients.pick(parameter),
            tuple(records),
            update_of(self.run, parameter),
            self._by_sample(parameter),
            largest_paths(records, limit) if with_paths else None,
            count_paths(records) if with_paths else 0,
        )

    def explain_unit(self, unit: Unit, with_paths: bool = False, limit: int = 20) -> UnitExplanation:
        """The derivation of ∂E/∂ of a net input, an activation or an input; `with_paths` adds its `limit` largest paths."""
        records = closure(self.gradient_by_unit(unit))
        return UnitExplanation(
            self.run.shown.before.names.of_unit(unit),
            self.value_of_unit(unit),
            tuple(records),
            largest_paths(records, limit) if with_paths else None,
            count_paths(records) if with_paths else 0,
        )

    def gradient_by_unit(self, unit: Unit) -> Partial:
        """∂E/∂ of a net input, an activation or an input."""
        if unit.is_net_input:
            return self.derivation.delta(unit.layer, unit.unit)
        return self.derivation.loss_by_activation(unit.layer, unit.unit)

    def value_of_unit(self, unit: Unit) -> float:
        """A net input, an activation or an input of the shown sample."""
        if unit.is_net_input:
            return self.derivation.net_inputs[unit.layer][unit.unit]
        return self.derivation.activations[unit.layer + 1][unit.unit]

    def explainable(self) -> Iterator[Explainable]:
        """All that can be explained: weights and biases layer by layer, then net inputs and activations, then inputs."""
        step, names = self.run.shown, self.run.setup.network.names
        for parameter in names.parameters():
            kind = "weight" if parameter.is_weight else "bias"
            value, gradient = step.before.value_of(parameter), step.gradients.pick(parameter)
            yield Explainable(names.of(parameter), kind, value, gradient)
        for unit in names.units():
            kind = "output" if unit.layer == names.depth - 1 else "input" if unit.layer < 0 else "activation"
            kind = "net input" if unit.is_net_input else kind
            yield Explainable(names.of_unit(unit), kind, self.value_of_unit(unit), self.gradient_by_unit(unit).value)

    def count(self) -> int:
        """How many that are."""
        names = self.run.setup.network.names
        return names.parameter_count + 2 * sum(names.widths[1:]) + names.widths[0]
