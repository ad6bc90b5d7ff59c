"""Records as the dictionaries and rows that scripts read: JSON and CSV, as the README describes them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from backprop_cli.derivation.explanation import Explainable, Explanation, UnitExplanation
from backprop_cli.derivation.partials import Derivation, Partial, Rule
from backprop_cli.derivation.paths import Path
from backprop_cli.derivation.predictions import Prediction, Predictions, predict
from backprop_cli.formula.expression import Expression
from backprop_cli.formula.printer import Piece
from backprop_cli.network.network import Setup
from backprop_cli.network.notices import notices
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.views.phrases import chain_in_numbers, chain_in_symbols
from backprop_cli.render.views.selection import Shown
from backprop_cli.training.train import Run

if TYPE_CHECKING:
    from backprop_cli.chain.result import ChainResult, Directional, SecondDerivative, Total

CSV_COLUMNS = ("partial", "of", "wrt", "rule", "numbers", "value")
CHAIN_CSV_COLUMNS = (*CSV_COLUMNS, "product", "simplified", "rule_name")


def run_record(run: Run, derivation: Derivation, partials: Iterator[Any], sample: int) -> Iterator[tuple[str, Any]]:
    """The keys of `run`'s JSON in order; lists that can be long are iterators, to be written as they come."""
    setup, step, names = run.setup, run.shown, run.setup.network.names
    yield "title", setup.title
    yield "loss", setup.network.loss.name
    yield "learning_rate", setup.schedule.learning_rate
    yield "steps", run.steps
    yield "step", step.number
    yield "sample", sample
    yield "loss_before", run.loss_before
    yield "loss_after", run.loss_after
    yield "engine", run.engine
    yield "forward", derivation.forward_values()
    yield "partials", partials
    yield from notice_items(setup)
    yield "gradients", {names.of(p): step.gradients.pick(p) for p in names.parameters()}
    yield "parameters", {names.of(p): run.result.network.parameters.pick(p) for p in names.parameters()}
    yield from predictions_record(predict(run.result.network, setup.samples))


def samples_record(shown: Shown) -> Iterator[tuple[str, Any]]:
    """`samples`: the forward pass and the partials of each, where several are asked for."""
    yield (
        "samples",
        (
            {
                "sample": number,
                "forward": derivation.forward_values(),
                "partials": [partial_record(partial) for _, layer in derivation.layers() for partial in layer],
            }
            for number, derivation in shown
        ),
    )


def samples_rows(shown: Shown) -> Iterator[tuple[str, ...]]:
    """The partials of several samples as rows of CSV, each with its sample at the end."""
    for number, derivation in shown:
        yield from ((*partial_row(partial), str(number)) for _, layer in derivation.layers() for partial in layer)


def notice_items(setup: Setup) -> Iterator[tuple[str, Any]]:
    """What is odd about the targets, where anything is."""
    if found := notices(setup):
        yield "notices", found


def predictions_record(predictions: Predictions) -> Iterator[tuple[str, Any]]:
    """`predictions`, a list with an entry for each sample, and `accuracy` where the targets are classes."""
    yield "predictions", map(_prediction_record, itertools.count(1), predictions)
    if predictions.right is not None:
        yield "accuracy", predictions.right / len(predictions)


def _prediction_record(number: int, prediction: Prediction) -> dict[str, Any]:
    record: dict[str, Any] = {"sample": number, "outputs": prediction.outputs}
    if prediction.targets:
        record["targets"] = prediction.targets
    named = zip(("class", "probability", "target"), prediction[2:], strict=True)
    return record | {key: value for key, value in named if value is not None}


def predictions_columns(predictions: Predictions) -> tuple[str, ...]:
    """The columns of `predict`'s CSV: the inputs, the outputs, the targets, and of the class what is known."""
    names, units = predictions.names, range(predictions.outputs.shape[1])
    inputs = map(names.input, range(predictions.inputs.shape[1]))
    targets = () if predictions.targets is None else map(names.target, units)
    return ("sample", *inputs, *map(names.output, units), *targets, *_class_columns(predictions))


def _class_columns(predictions: Predictions) -> tuple[str, ...]:
    if predictions.classes is None:
        return ()
    probability = ("probability",) if predictions.classes.are_probabilities else ()
    return ("class", *probability, *(() if predictions.wanted is None else ("target",)))


def predictions_rows(predictions: Predictions) -> Iterator[tuple[str, ...]]:
    """The rows of `predict`'s CSV."""
    for number, (inputs, prediction) in enumerate(zip(predictions.inputs, predictions, strict=True), start=1):
        numbers = [*inputs.tolist(), *prediction.outputs.values(), *prediction.targets.values()]
        probability = () if prediction.probability is None else (repr(prediction.probability),)
        names = (prediction.chosen, prediction.wanted)
        chosen, wanted = ((name,) if name is not None else () for name in names)
        yield (str(number), *map(repr, numbers), *chosen, *probability, *wanted)


def partial_record(partial: Partial) -> dict[str, Any]:
    """A partial as JSON has it."""
    record: dict[str, Any] = {"name": partial.name, "of": partial.of, "wrt": partial.wrt}
    if partial.rule is not None:
        record["rule"] = _ASCII.rule(partial.rule)
    else:
        record["terms"] = [[factor.name for factor in term] for term in partial.terms]
    if partial.collapsed is not None:
        record["collapsed"] = _ASCII.rule(partial.collapsed)
    return {**record, "value": partial.value}


def explain_record(
    run: Run, explanations: Iterable[Explanation | UnitExplanation], sample: int
) -> Iterator[tuple[str, Any]]:
    """The keys of `explain`'s JSON in order."""
    yield "step", run.shown.number
    yield "sample", sample
    yield from notice_items(run.setup)
    yield "explanations", (_explanation_record(explanation) for explanation in explanations)


def listing_record(run: Run, quantities: Iterable[Explainable], sample: int) -> Iterator[tuple[str, Any]]:
    """The keys of the list of what can be explained."""
    yield "step", run.shown.number
    yield "sample", sample
    yield "quantities", (one._asdict() for one in quantities)


def listing_rows(quantities: Iterable[Explainable]) -> Iterator[tuple[str, ...]]:
    """The rows of that list as CSV, under the names of its fields."""
    for one in quantities:
        yield one.name, one.kind, _ASCII.term(one.value), _ASCII.term(one.gradient)


def _explanation_record(explanation: Explanation | UnitExplanation) -> dict[str, Any]:
    record: dict[str, Any] = {
        "name": explanation.name,
        "value": explanation.value,
        "gradient": explanation.gradient,
        "partials": [partial_record(partial) for partial in explanation.partials],
    }
    if explanation.paths is not None:
        record |= _paths_record(explanation.paths, explanation.path_count)
    if isinstance(explanation, UnitExplanation):
        return record
    if explanation.by_sample:
        record["samples"] = [{"sample": number, "value": value} for number, value in explanation.by_sample]
    update = explanation.update
    record["update"] = {"old": update.old, "change": update.change, "new": update.new}
    if update.is_frozen:
        record["update"]["frozen"] = True
    return record


def _paths_record(paths: Iterable[Path], count: int) -> dict[str, Any]:
    return {
        "paths": [
            {"factors": [factor.name for factor in path.factors], "value": path.value, "share": path.share}
            for path in paths
        ],
        "path_count": count,
    }


def chain_record(result: ChainResult) -> Iterator[tuple[str, Any]]:
    """The keys of `chain`'s JSON in order; expressions are in the language that they are typed in."""
    yield "of", result.of
    if result.equation is not None:
        yield "equation", f"{result.equation} = 0"
    yield "at", result.at
    yield "definitions", {node.name: _ASCII.rule(node.rule) for node in result.nodes if node.rule is not None}
    if result.has_values:
        yield "values", {node.name: node.value for node in result.nodes}
    yield "partials", (_with_rule_name(partial, result) for partial in result.partials)
    yield "derivatives", {name: _total_record(total) for name, total in result.derivatives.items()}
    if result.has_values:
        yield "numerical", result.numerical
    if result.mode is not None:
        yield "mode", result.mode.value
        yield "operations", {mode: number._asdict() for mode, number in result.operations.items()}
    if any(array.shape for array in result.arrays):
        yield "arrays", {array.name: _nested(array.names, array.shape) for array in result.arrays if array.shape}
    if result.directional is not None:
        yield "directional", _directional_record(result.directional)
    if result.second:
        yield "second_derivatives", [_second_record(result.of, one) for one in result.second]
    if result.notices:
        yield "notices", result.notices


def _nested(names: Sequence[str], shape: tuple[int, ...]) -> list[Any]:
    """The names of a vector, or those of each row of a matrix."""
    if len(shape) == 1:
        return list(names)
    return [list(names[at : at + shape[1]]) for at in range(0, len(names), shape[1])]


def _directional_record(found: Directional) -> dict[str, Any]:
    partials = [partial_record(one) for one in _along(found)]
    record = {"vector": found.vector, "length": found.length, "partials": partials}
    record |= _total_record(found.total)
    return record | {"undivided": found.undivided, "numerical": found.numerical}


def _along(found: Directional) -> list[Partial]:
    """The derivative in a direction, after those by the variables that it is made of."""
    partial = found.total.partial
    return [*(link for _, link in partial.terms), partial]


def _second_record(of: str, one: SecondDerivative) -> dict[str, Any]:
    first, then = one.wrt
    name = f"d2{of}/d{first}d{then}"
    simplified = None if one.simplified is None else _ASCII.rule(one.simplified)
    return {"name": name, "of": of, "wrt": list(one.wrt), "simplified": simplified, "value": one.value}


def _with_rule_name(partial: Partial, result: ChainResult) -> dict[str, Any]:
    record = partial_record(partial)
    value = record.pop("value")
    if result.rule_names:
        record["rule_name"] = result.rule_names[partial.name]
    return {**record, "value": value}


def _total_record(total: Total) -> dict[str, Any]:
    record: dict[str, Any] = dict(zip(("product", "simplified"), _written(total), strict=True))
    record["value"] = total.partial.value
    if total.note:
        record["note"] = total.note
    if total.paths is not None:
        record |= _paths_record(total.paths, total.path_count)
    return record


def _written(total: Total) -> list[str | None]:
    """Product and short form, None for what is too long to be written."""
    return [None if rule is None else _ASCII.rule(rule) for rule in (total.product, total.simplified)]


def chain_rows(result: ChainResult) -> Iterator[tuple[str, ...]]:
    """The rows of `chain`'s CSV: the partials, those asked for with their product and its short form."""
    totals, partials = list(result.derivatives.values()), list(result.partials)
    if result.directional is not None:
        totals.append(result.directional.total)
        partials += _along(result.directional)
    written = {id(total.partial): _written(total) for total in totals}
    for partial in partials:
        texts = (text or "" for text in written.get(id(partial), ("", "")))
        yield (*partial_row(partial), *texts, result.rule_names.get(partial.name, ""))
    for total in result.derivatives.values():
        yield from ((*row, "", "", "") for row in path_rows(total.paths, total.partial))


def explain_rows(explanations: Iterable[Explanation | UnitExplanation]) -> Iterator[tuple[str, ...]]:
    """The rows of `explain`'s CSV: each one's partials, and its paths where they are asked for."""
    for one in explanations:
        yield from ((*partial_row(partial), one.name) for partial in one.partials)
        yield from ((*row, one.name) for row in path_rows(one.paths, one.partials[-1]))


def path_rows(paths: Iterable[Path] | None, of: Partial) -> Iterator[tuple[str, ...]]:
    """Paths as rows of CSV: `path 1`, `path 2`, … in the place of the partial's name, then the same columns."""
    for number, path in enumerate(paths or (), start=1):
        symbols = _ASCII.product([factor.name for factor in path.factors])
        known = not math.isnan(path.value)
        numbers = _ASCII.product([_ASCII.factor(factor.value) for factor in path.factors]) if known else ""
        yield (f"path {number}", of.of, of.wrt, symbols, numbers, _ASCII.term(path.value))


def partial_row(partial: Partial) -> tuple[str, ...]:
    """A partial as a row of CSV."""
    symbols, numbers = (chain(partial, _ASCII) for chain in (chain_in_symbols, chain_in_numbers))
    return (partial.name, partial.of, partial.wrt, symbols, numbers, _ASCII.term(partial.value))


class _ExactNotation(TextNotation):
    """ASCII with every number and every name as it is."""

    def name(self, name: str) -> str:
        """The name as it was given: scripts find it again."""
        return name

    def formula_of(self, rule: Rule) -> Expression:
        """The whole formula, with every number in it."""
        return rule.formula

    def piece(self, value: float) -> Piece:
        """`repr`: reads back bit for bit."""
        return self.printer.number("" if math.isnan(value) else repr(value))


_ASCII = _ExactNotation(is_ascii=True)
