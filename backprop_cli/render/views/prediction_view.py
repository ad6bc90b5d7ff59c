"""What a network predicts, as blocks: every sample's outputs beside its targets, its class, and how many are right."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.derivation.predictions import Prediction, Predictions, predict
from backprop_cli.network.network import Setup
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.blocks import Block, Cell, Column, Heading, Mark, Marked, Note, Table
from backprop_cli.render.views.phrases import counted, functions_of, loss_in_words, percent, shape_of
from backprop_cli.training.train import Run

MOST_INPUTS = 4
"""More inputs are not repeated beside the outputs."""
MOST_OUTPUTS = 8
"""Of more outputs the first ones are shown, and where they are classes only the chosen one."""


def after_training(run: Run, notation: Notation) -> Iterator[Block]:
    """What the network predicts after the last step; nothing where the forward pass of a lone sample has shown it."""
    if run.steps == 0 and len(run.setup.samples) == 1:
        return
    yield Heading("Predictions")
    if run.steps:
        yield Note(
            "What the network puts out after " + ("the step" if run.steps == 1 else f"{run.steps:,} steps") + ":"
        )
    yield from _blocks(predict(run.result.network, run.setup.samples), notation)


def prediction_view(setup: Setup, predictions: Predictions, notation: Notation) -> Iterator[Block]:
    """All the blocks of `predict`."""
    network = setup.network
    yield Heading(notation.text(setup.title or f"A {shape_of(network)} network"), 1)
    facts = (shape_of(network), functions_of(network), loss_in_words(network), counted(len(predictions), "sample"))
    yield Note(", ".join(map(notation.text, facts)))
    yield Heading("Predictions")
    yield from _blocks(predictions, notation)


def _blocks(predictions: Predictions, notation: Notation) -> Iterator[Block]:
    table = _Columns(predictions, notation)
    yield Table(table.titles(), table.rows(), len(predictions))
    if table.left_out:
        yield Note(f"… {counted(table.left_out, 'more output')}: {notation.code('-f json')} has everything")
    if predictions.right is not None and len(predictions) > 1:
        share = notation.math(notation.number(percent(predictions.right / len(predictions)))) + notation.text(" %")
        yield Note(f"{predictions.right:,} of {len(predictions):,} in the right class, accuracy {share}")


class _Columns:
    """Which columns a table of predictions has, and what stands in them."""

    def __init__(self, predictions: Predictions, notation: Notation) -> None:
        self.predictions = predictions
        self.notation = notation
        names, inputs, outputs = predictions.names, predictions.inputs.shape[1], predictions.outputs.shape[1]
        is_many = outputs > MOST_OUTPUTS
        shown = 0 if is_many and predictions.classes else min(outputs, MOST_OUTPUTS)
        self.left_out = 0 if is_many and predictions.classes else outputs - shown
        self.inputs = [names.input(index) for index in range(inputs)] if inputs <= MOST_INPUTS else []
        self.outputs = [(names.output(unit), names.target(unit)) for unit in range(shown)]

    def titles(self) -> list[Column]:
        """The sample, its inputs, each output with its target, the class."""
        math, name = self.notation.math, self.notation.name
        columns = [Column("sample", "number"), *(Column(math(name(x)), "number") for x in self.inputs)]
        for pair in self.outputs:
            named = pair if self.predictions.targets is not None else pair[:1]
            columns += [Column(math(name(one)), "number") for one in named]
        classes = self.predictions.classes
        if classes:
            columns.append(Column("class", "math"))
            columns += [Column("probability", "number")] * classes.are_probabilities
            columns += [Column("target", "math"), Column("verdict")] * (self.predictions.wanted is not None)
        return columns

    def rows(self) -> Iterator[list[Cell]]:
        """A row for each sample."""
        for index, prediction in enumerate(self.predictions):
            inputs = self.predictions.inputs[index].tolist() if self.inputs else []
            row: list[Cell] = [self.notation.math(str(index + 1)), *map(self._given, inputs)]
            for output, target in self.outputs:
                row.append(prediction.outputs[output])
                if prediction.targets:
                    row.append(self._given(prediction.targets[target]))
            yield row + self._classified(prediction)

    def _given(self, value: float) -> str:
        """A number out of the file, which needs no more decimals than it has."""
        return self.notation.math(self.notation.term(value))

    def _classified(self, prediction: Prediction) -> list[Cell]:
        if prediction.chosen is None:
            return []
        cells: list[Cell] = [self._class(prediction.chosen)]
        if prediction.probability is not None:
            cells.append(prediction.probability)
        if prediction.wanted is not None:
            verdict: Mark = "right" if prediction.chosen == prediction.wanted else "wrong"
            cells += [self._class(prediction.wanted), Marked(verdict, verdict)]
        return cells

    def _class(self, name: str) -> str:
        is_output = self.predictions.outputs.shape[1] > 1
        return self.notation.math(self.notation.name(name) if is_output else self.notation.number(name))
