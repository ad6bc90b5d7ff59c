"""What a notebook has of what the commands have: `load`, `run`, `explain`, `check`, `chain`, `report`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from backprop_cli.check.numerical import GradientCheck, check_gradients
from backprop_cli.derivation.explanation import Explainer, Explanation, UnitExplanation, derive
from backprop_cli.derivation.predictions import Prediction, predict
from backprop_cli.errors import InputError, Problem, UsageError
from backprop_cli.files.document import Document, parse
from backprop_cli.files.filling import filled
from backprop_cli.files.opening import open_document
from backprop_cli.files.output import write_whole
from backprop_cli.files.read import read
from backprop_cli.files.write import write
from backprop_cli.network.names import Unit
from backprop_cli.network.network import Setup
from backprop_cli.render.formats.decimals import Digits
from backprop_cli.render.formats.machine import JSON_VERSION
from backprop_cli.render.formats.records import partial_record, run_record
from backprop_cli.training.train import Run, train

if TYPE_CHECKING:
    from backprop_cli.chain.result import ChainResult

Source = str | PathLike[str] | dict[str, Any]
"""A path, `-` for standard input, the name of a built-in example, or a network file's data."""


@dataclass(frozen=True, repr=False)
class NetworkFile(Setup):
    """A network with its samples and its training, and the document that they were read from."""

    document: Document | None = None

    @property
    def parameters(self) -> dict[str, float]:
        """The weights and biases by name."""
        names = self.network.names
        return dict(zip(map(names.of, names.parameters()), self.network.parameters.row.tolist(), strict=True))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the network with its present weights as a network file, `.json` or YAML by the name's ending.

        Raises:
            UsageError: the name ends in nothing of the kind.
            OutputError: the file cannot be written.
        """
        assert self.document is not None, "load() gives every network its document"
        target = fspath(path)
        if not target.endswith((".yaml", ".yml", ".json")):
            raise UsageError(f"{target}: the name must end in .yaml, .yml or .json, so that the format is known")
        format = "json" if target.endswith(".json") else "yaml"
        write_whole(target, write(self, self.document, format, os.path.dirname(target)).text)

    def __repr__(self) -> str:
        shape = "-".join(map(str, self.network.names.widths))
        functions = ", ".join(activation.name for activation in self.network.activations)
        return (
            f"<{self.title or 'a network'}: {shape}, {functions}, {self.network.loss.name}, "
            f"{self.network.parameter_count} parameters, {len(self.samples)} sample{'s' * (len(self.samples) != 1)}>"
        )


@dataclass(frozen=True, repr=False)
class Result(Run):
    """What `run` gives: the losses, and by name the gradients, the values and the parameters after the last step."""

    @property
    def network(self) -> NetworkFile:
        """The network as the last step left it; `.save(path)` writes it as a network file."""
        result = self.result
        assert isinstance(result, NetworkFile)
        return result

    @cached_property
    def gradients(self) -> dict[str, float]:
        """∂E/∂w and ∂E/∂b of the shown step, over its batch."""
        names = self.setup.network.names
        return dict(zip(map(names.of, names.parameters()), self.shown.gradients.row.tolist(), strict=True))

    @cached_property
    def parameters(self) -> dict[str, float]:
        """The weights and biases after the last step."""
        return self.network.parameters

    @cached_property
    def forward(self) -> dict[str, float]:
        """Net inputs, activations and losses of the first sample in the shown step."""
        return derive(self, 0).forward_values()

    @cached_property
    def predictions(self) -> list[Prediction]:
        """The outputs of every sample after the last step, its class where the outputs stand for classes."""
        return list(predict(self.result.network, self.setup.samples))

    def to_dict(self, sample: int = 1) -> dict[str, Any]:
        """The JSON of `backprop run`, whose forward pass and partials are those of `sample` (from 1).

        Raises:
            UsageError: there is no such sample.
        """
        derivation = Explainer(self, sample - 1).derivation
        partials = (partial_record(partial) for _, layer in derivation.layers() for partial in layer)
        record = run_record(self, derivation, partials, sample)
        return dict([JSON_VERSION]) | {
            key: list(value) if isinstance(value, Iterator) else value for key, value in record
        }

    def _repr_html_(self) -> str | None:
        """What a notebook shows: every number with its formula; nothing without the extra `report`."""
        made = _notebook()
        return made.run_html(self) if made else None

    def _repr_latex_(self) -> str | None:
        """Every partial of the first sample."""
        made = _notebook()
        return made.run_latex(self) if made else None

    def __repr__(self) -> str:
        shown = list(self.gradients.items())
        listed = ", ".join(f"{name} {value:.6g}" for name, value in shown[:6]) + ", …" * (len(shown) > 6)
        loss = self.setup.network.names.loss
        return (
            f"{self.setup!r}\n{loss} = {self.loss_before:.8g} → {self.loss_after:.8g} after {self.steps:,} "
            f"step{'s' * (self.steps != 1)}\ngradients of step {self.shown.number:,}: {listed}"
        )


class Explanations(list[Explanation | UnitExplanation]):
    """What `explain` gives: a list, which a notebook shows one derivation below the other."""

    def _repr_html_(self) -> str | None:
        made = _notebook()
        return "".join(map(made.explanation_html, self)) if made else None

    def _repr_latex_(self) -> str | None:
        made = _notebook()
        return "\n".join(map(made.explanation_latex, self)) if made else None


class HtmlPage(str):
    """What `report` gives: the page as text, which a notebook shows in a frame."""

    def _repr_html_(self) -> str:
        made = _notebook()
        assert made, "a page was made, so that its libraries are there"
        return str(made.framed(str(self)))


def _notebook() -> ModuleType | None:
    """What makes that for a notebook, where the extra `report` is installed."""
    try:
        from backprop_cli.render.page import notebook
    except ImportError:
        return None
    return notebook


def load(source: Source) -> NetworkFile:
    """Read a network file: a path, `-` for standard input, the name of a built-in example, or its data as a dict.

    Raises:
        InputError: it cannot be read, or is no valid network file.
        UsageError: it is none of these.
    """
    if isinstance(source, dict):
        try:
            document = parse(_json_of(source), "<dict>", "json")
        except (TypeError, ValueError) as error:
            raise InputError(Problem(f"this is no plain data: {error}")) from None
    elif isinstance(source, str | PathLike):
        document = open_document(fspath(source))
    else:
        raise UsageError(f"expected a path, the name of an example, or a dict, not {type(source).__name__}")
    document = filled(document)
    setup = read(document)
    return NetworkFile(**_fields(setup), document=document)


def run(
    network: Source | Setup, steps: int | None = None, learning_rate: float | None = None, show_step: int | None = None
) -> Result:
    """Train a network: `steps` updates (default: the file's), with the step to look at closely kept in `shown`.

    Raises:
        InputError: the network cannot be read.
        UsageError: `steps` is negative, or there is no step `show_step`.
        DivergedError: the loss left the finite numbers.
    """
    setup = network if isinstance(network, Setup) else load(network)
    made = train(setup.with_schedule(learning_rate=learning_rate), steps, show_step)
    return Result(**_fields(made))


def _json_of(data: dict[str, Any]) -> str:
    """The JSON of plain data, of NumPy's arrays and numbers too, and of whatever else makes a list of itself."""

    def plain(value: Any) -> Any:
        if isinstance(value, PathLike):
            return fspath(value)
        if hasattr(value, "tolist"):
            return value.tolist()
        raise TypeError(f"{type(value).__name__} is neither a number, a text, a list, an array nor a dict")

    return json.dumps(data, default=plain)


def _fields(record: Setup | Run) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def explain(
    result: Run | Source | Setup, *names: str | Iterable[str], sample: int = 1, paths: bool = False, limit: int = 20
) -> Explanations:
    """Derive what is named (every weight and bias where nothing is) in the result's shown step.

    A network that has not been run is, for the steps of its file. Names come one by one or as a list: `w31`, `b2`,
    `W2[1,1]`, `W2` (all of layer 2), `z3`, `a1`, `o1`, `x1`.

    Raises:
        UnknownNameError: nothing is called so.
        UsageError: there is no such sample.
    """
    made = result if isinstance(result, Run) else run(result)
    explainer = Explainer(made, sample - 1)
    table = made.setup.network.names
    listed = [name for given in names for name in ([given] if isinstance(given, str) else given)]
    chosen = [one for name in listed for one in table.meant(name)] if names else list(table.parameters())
    return Explanations(
        explainer.explain_unit(one, paths, limit) if isinstance(one, Unit) else explainer.explain(one, paths, limit)
        for one in chosen
    )


def check(network: Run | Source | Setup, tolerance: float = 1e-6) -> GradientCheck:
    """Compare the gradients of a network as it stands, or of a result's shown step, with numerical differentiation.

    Raises:
        InputError: the network cannot be read.
    """
    return check_gradients(network if isinstance(network, Run) else run(network, steps=0), tolerance)


def chain(
    *definitions: str,
    of: str | None = None,
    wrt: str | Iterable[str] = (),
    at: Mapping[str, float] | None = None,
    paths: bool = False,
) -> ChainResult:
    """The chain rule for composed functions: `chain("u = (x+1)^2", "h = u^3 + 2u - 5", at={"x": 1})`.

    Raises:
        InputError: a definition is wrong, or something has no value at the point.
        UnknownNameError: nothing bears a name that is given.
    """
    # sympy takes 0.4 s to load, which nothing else of the interface needs
    from backprop_cli.chain.derive import differentiate
    from backprop_cli.chain.question import Question
    from backprop_cli.formula.expression import Source as Definitions

    names = [wrt] if isinstance(wrt, str) else list(wrt)
    question = Question(of, names, at or {}, limit=20 if paths else 0)
    return differentiate(Definitions("\n".join(definitions)), question)


def report(
    network: Source | Setup,
    path: str | PathLike[str] | None = None,
    steps: int | None = None,
    learning_rate: float | None = None,
    frames: int = 20,
    sample: int = 1,
    digits: int | str = 8,
) -> HtmlPage:
    """The worked network as one HTML page, which is returned, and written to `path` where one is given.

    Raises:
        InputError: the network cannot be read.
        UsageError: there is no such sample.
        DivergedError: the loss left the finite numbers.
        OutputError: the file cannot be written.
    """
    # Jinja comes with the extra `report`, which nothing else of the interface needs
    from backprop_cli.render.page.page import Page, page_text
    from backprop_cli.training.record import record

    setup = network if isinstance(network, Setup) else load(network)
    if not 1 <= sample <= len(setup.samples):
        raise UsageError(f"there is no sample {sample}: the file has {len(setup.samples)}")
    document = setup.document if isinstance(setup, NetworkFile) else None
    recording = record(setup.with_schedule(learning_rate), steps, frames)
    name, text = (Path(document.file).name, document.text) if document else ("", "")
    page = HtmlPage(page_text(Page(recording, name, text, sample - 1, Digits.read(str(digits)))))
    if path is not None:
        write_whole(os.fspath(path), page)
    return page
