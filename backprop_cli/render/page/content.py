"""What stands in the page: the records of a run's shown step as rows and derivations, their formulas ready as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from backprop_cli.derivation.explanation import Explainer, Explanation, update_of
from backprop_cli.derivation.partials import Derivation, Partial
from backprop_cli.derivation.paths import Path
from backprop_cli.derivation.quantities import Quantity, quantities
from backprop_cli.network.names import Parameter
from backprop_cli.render.drawing.scene_layout import stages
from backprop_cli.render.drawing.units import anchor
from backprop_cli.render.formats.notation import partial_name
from backprop_cli.render.page.mathml import PageNotation
from backprop_cli.render.views.blocks import Equation
from backprop_cli.render.views.explain_view import chain
from backprop_cli.render.views.phrases import (
    LONGEST_PRODUCT,
    chain_in_numbers,
    chain_in_symbols,
    quantity_in_numbers,
    quantity_in_symbols,
)
from backprop_cli.render.views.update_phrases import update_lines
from backprop_cli.training.train import Run

MOST_PATHS = 8

PLACE = "\ue000"
"""Stands for a parameter's name; no network has one called so, for it is a letter of nobody's."""


@dataclass(frozen=True)
class Row:
    """A line of a table: formulas as HTML, the quantity's name and value.

    `label` is how a screen reader calls it, `link` leads to a derivation.
    """

    name: str
    label: str
    title: str
    symbols: str
    numbers: str
    value: float
    link: str = ""


@dataclass(frozen=True)
class UpdateRow:
    """What the step does to one parameter; `change` and `new` are None where no step is made, `change` where it is frozen."""

    anchor: str
    name: str
    symbol: str
    gradient_name: str
    old: float
    gradient: float
    change: float | None
    new: float | None


@dataclass(frozen=True)
class PathRow:
    """One path to the loss: its factors' names, and what is shown of it."""

    factors: tuple[str, ...]
    symbols: str
    value: float
    share: float | None


@dataclass(frozen=True)
class Article:
    """The derivation of one parameter's gradient; there are no `paths` where the chain has no branches."""

    anchor: str
    name: str
    value: float
    symbol: str
    title: str
    chain: Sequence[tuple[str, str]]
    paths: tuple[PathRow, ...]
    hidden_paths: int
    update: tuple[Row, ...]
    gradient_name: str
    gradient: float


def stage_table(derivation: Derivation) -> dict[str, int]:
    """How far each local derivative is from the loss."""
    names, found = derivation.names, {}
    for unit in range(names.widths[-1]):
        found[derivation.loss_by_output(unit).name] = 0
    for layer, partials in derivation.layers():
        slope, link = stages(names, layer)
        nets = {names.net_input(layer, unit) for unit in range(names.widths[layer + 1])}
        for partial in partials:
            if partial.of in nets:
                found[partial.name] = link
            elif partial.wrt in nets and partial.of != derivation.loss:
                found[partial.name] = slope
    return found


def forward_rows(derivation: Derivation, notation: PageNotation) -> Iterator[Row]:
    """The forward pass."""
    return quantity_rows(quantities(derivation), notation)


def quantity_rows(computed: Iterable[Quantity], notation: PageNotation) -> Iterator[Row]:
    """Computed quantities, each with its formula."""
    return (_forward_row(quantity, notation) for quantity in computed)


def _forward_row(quantity: Quantity, notation: PageNotation) -> Row:
    math = notation.math
    symbols, numbers = quantity_in_symbols(quantity, notation), quantity_in_numbers(quantity, notation)
    return Row(
        quantity.name, quantity.name, math(notation.name(quantity.name)), math(symbols), math(numbers), quantity.value
    )


def backward_rows(derivation: Derivation, notation: PageNotation) -> Iterator[tuple[int, list[Row]]]:
    """Every layer's partials from the output back; a parameter's gradient leads to its derivation."""
    names = derivation.names
    for layer, partials in derivation.layers():
        anchors = {f"d{derivation.loss}/d{names.of(p)}": anchor(p) for p in names.layer_parameters(layer)}
        yield layer, [_partial_row(partial, notation, anchors.get(partial.name, "")) for partial in partials]


def partial_rows(partials: Iterable[Partial], notation: PageNotation) -> Iterator[Row]:
    """Partials by themselves, with nothing to lead to."""
    return (_partial_row(partial, notation, "") for partial in partials)


def _partial_row(partial: Partial, notation: PageNotation, link: str) -> Row:
    symbols, numbers = chain_in_symbols(partial, notation), chain_in_numbers(partial, notation)
    shown = [notation.math(formula) for formula in (partial_name(partial, notation), symbols, numbers)]
    label = f"∂{partial.of}/∂{partial.wrt}"
    return Row(partial.name, label, shown[0], shown[1], shown[2], partial.value, link)


class Articles:
    """Writes the derivations of a run's shown step, `sample` (from 0) being the one that is followed."""

    def __init__(self, run: Run, sample: int, notation: PageNotation, step_notation: PageNotation) -> None:
        self.run = run
        self.explainer = Explainer(run, sample)
        self.notation = notation
        self.step_notation = step_notation

    def article(self, parameter: Parameter) -> Article:
        """All about one parameter."""
        explanation = self.explainer.explain(parameter, with_paths=True, limit=MOST_PATHS)
        notation, target = self.notation, explanation.partials[-1]
        paths = explanation.paths or ()
        if explanation.path_count == 1 and len(paths[0].factors) <= LONGEST_PRODUCT:
            paths = ()  # it is the chain itself
        value = notation.quantity(explanation.name, explanation.value)
        return Article(
            anchor(parameter),
            explanation.name,
            explanation.value,
            notation.math(notation.name(explanation.name)),
            notation.math(notation.equal([notation.name(explanation.name), value])),
            list(self._lines(chain(target, notation))),
            tuple(_path_row(path, notation) for path in paths),
            explanation.path_count - len(paths) if paths else 0,
            tuple(self._update(explanation)),
            target.name,
            explanation.gradient,
        )

    def update_row(self, parameter: Parameter) -> UpdateRow:
        """What the step does to one parameter, in numbers."""
        run, name = self.run, self.run.setup.network.names.of(parameter)
        update, is_step = update_of(run, parameter), run.shown.changes is not None
        return UpdateRow(
            anchor(parameter),
            name,
            self.notation.math(self.notation.name(name)),
            f"d{run.setup.network.names.loss}/d{name}",
            update.old,
            run.shown.gradients.pick(parameter),
            None if update.is_frozen or not is_step else update.change,
            update.new if is_step else None,
        )

    def templates(self) -> list[tuple[str, tuple[Row, ...]]]:
        """The update of any weight and of any bias, by kind, with `PLACE` for its name."""
        parameters = list(self.run.setup.network.names.parameters())
        kinds = {
            kind: next((one for one in parameters if one.is_weight == (kind == "weight")), None)
            for kind in ("weight", "bias")
        }
        found = []
        for kind, parameter in kinds.items():
            if parameter is not None:
                explanation = self.explainer.explain(parameter)
                update = explanation.update._replace(is_frozen=False)
                found.append((kind, tuple(self._update(explanation._replace(name=PLACE, update=update)))))
        return found

    def _lines(self, equations: Equation) -> Iterator[tuple[str, str]]:
        for index, right in enumerate(equations.rights):
            yield self.notation.math(equations.left) if index == 0 else "", self.notation.math(right)

    def _update(self, explanation: Explanation) -> Iterator[Row]:
        """A row for each line of the update; the last holds the new value."""
        if self.run.shown.changes is None or explanation.update.is_frozen:
            return
        math, name = self.step_notation.math, explanation.name
        lines = list(update_lines(explanation, self.run, self.step_notation))
        between = [f"g({name})"] if explanation.update.decay else []
        between += [f"v({name})+"] if explanation.update.velocity is not None else []
        values = {f"{name}+": explanation.update.new, f"v({name})+": explanation.update.velocity or 0.0}
        values[f"g({name})"] = explanation.update.decayed
        for line, quantity in zip(lines, [*between, f"{name}+"], strict=True):
            symbols, *numbers, _ = line.rights
            row = math(symbols), math(self.step_notation.equal(numbers))
            yield Row(
                quantity,
                f"new value of {name}" if quantity == f"{name}+" else quantity,
                math(line.left),
                *row,
                values[quantity],
                anchor(explanation.parameter),
            )


def _path_row(path: Path, notation: PageNotation) -> PathRow:
    symbols = notation.product([partial_name(factor, notation) for factor in path.factors])
    names = tuple(factor.name for factor in path.factors)
    return PathRow(names, notation.math(symbols), path.value, path.share)
