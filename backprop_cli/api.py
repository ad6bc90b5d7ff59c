"""What a notebook has of what the commands have: `load`, `run`, `explain`, `check`, `check_class`, `chain`, `report`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, overload

from backprop_cli.check.answers import Person, read_answers, read_people
from backprop_cli.check.budget import DEFAULT_EFFORT
from backprop_cli.check.compare import AnswerKey
from backprop_cli.check.numerical import GradientCheck, check_gradients
from backprop_cli.check.people import PersonResult, check_people
from backprop_cli.check.wanted import known_names
from backprop_cli.derivation.explanation import Explainer, Explanation, UnitExplanation, derive
from backprop_cli.derivation.predictions import Prediction, predict
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.files.document import Document, parse
from backprop_cli.files.filling import filled
from backprop_cli.files.from_python import json_of, number, path_of, table, texts, whole
from backprop_cli.files.input import STANDARD_INPUT, read_bytes
from backprop_cli.files.opening import open_document
from backprop_cli.files.output import PAGE_ENDINGS, write_whole
from backprop_cli.files.read import read
from backprop_cli.files.state_dict import WEIGHT_ENDINGS, weights_file
from backprop_cli.files.write import require_saved_name, write
from backprop_cli.network.names import Names, Unit
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

        A `.safetensors` or `.npz` file holds the weights alone.

        Raises:
            UsageError: the name ends in nothing of the kind.
            OutputError: the file cannot be written.
        """
        assert self.document is not None, "load() gives every network its document"
        target = path_of(path)
        require_saved_name(target)
        if target.endswith(WEIGHT_ENDINGS):
            write_whole(target, weights_file(self.network, target))
        else:
            write_whole(target, write(self, self.document, target).text)

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
        sample = whole("sample", sample, 1)
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
        document = parse(json_of(source), "<dict>", "json")
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
        UsageError: `steps` is no whole number of at least 0, or there is no step `show_step`.
        DivergedError: the loss left the finite numbers.
    """
    count = None if steps is None else whole("steps", steps)
    shown = None if show_step is None else whole("show_step", show_step)
    setup = _scheduled(network, learning_rate)
    return Result(**_fields(train(setup, count, shown)))


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
    listed, limit, sample = texts("names", *names), whole("limit", limit, 1), whole("sample", sample, 1)
    made = result if isinstance(result, Run) else run(result)
    explainer = Explainer(made, sample - 1)
    table = made.setup.network.names
    chosen = [one for name in listed for one in table.meant(name)] if names else list(table.parameters())
    return Explanations(
        explainer.explain_unit(one, paths, limit) if isinstance(one, Unit) else explainer.explain(one, paths, limit)
        for one in chosen
    )


@overload
def check(network: Run | Source | Setup, against: None = None, tolerance: float | None = None) -> GradientCheck: ...
@overload
def check(
    network: Run | Source | Setup, against: Source, tolerance: float | None = None, sample: int | None = None
) -> PersonResult: ...
def check(
    network: Run | Source | Setup,
    against: Source | None = None,
    tolerance: float | None = None,
    sample: int | None = None,
) -> GradientCheck | PersonResult:
    """Compare the gradients of a network as it stands, or of a result's shown step, with numerical differentiation.

    With `against` somebody's own numbers, in a file or a dict, are compared with those of the network's run, and where they
    differ, the mistakes that give exactly those numbers are found. `sample` (from 1) is whose intermediate results they are.
    The `tolerance` is 1e-6, with `against` 1e-9.

    Raises:
        InputError: the network or the numbers cannot be read.
        UnknownNameError: the numbers have no name that means anything here.
        UsageError: there is no such sample, or there are several people's numbers.
    """
    tolerance = None if tolerance is None else number("tolerance", tolerance, 0.0)
    if against is None:
        made = network if isinstance(network, Run) else run(network, steps=0)
        return check_gradients(made, 1e-6 if tolerance is None else tolerance)
    setup = network.setup if isinstance(network, Run) else _scheduled(network)
    names = setup.network.names
    person = _person(against, names)
    made = network if isinstance(network, Run) else run(setup, person.answers.steps)
    of_file = person.answers.sample or 1
    index = Explainer(made, (of_file if sample is None else whole("sample", sample, 1)) - 1).sample
    (result,) = check_people([person], AnswerKey(made, index), tolerance, False, DEFAULT_EFFORT)
    if not result.comparison.compared:
        raise UnknownNameError("name", result.comparison.unknown[0], known_names(names))
    return result


def _person(against: Source, names: Names) -> Person:
    """Whose numbers are compared, from a file or a dict."""
    if isinstance(against, dict):
        return Person("<dict>", read_answers(json_of(against).encode(), "<dict>", names))
    if not isinstance(against, str | PathLike):
        raise UsageError(f"against: expected a path or a dict, not {type(against).__name__}")
    path = fspath(against)
    file = read_people(read_bytes(path), STANDARD_INPUT if path == "-" else path, names)
    if file.is_class:
        raise UsageError(f"{path}: these are several people's numbers\n    hint: check_class compares them")
    return file.people[0]


def check_class(
    network: Run | Source | Setup,
    against: str | PathLike[str] | Iterable[Mapping[str, Any]],
    tolerance: float | None = None,
    sample: int = 1,
) -> list[PersonResult]:
    """Compare everybody's own numbers with those of the network's run: a table in a file, or a dict for each person.

    A table has a row for each person, whose first cell is the name; a dict has it under `name`. What else is in them are
    numbers by their names.

    Raises:
        InputError: the network or the numbers cannot be read.
        UnknownNameError: a column means nothing in the network.
        UsageError: there is no such sample, or these are one person's numbers.
    """
    tolerance = None if tolerance is None else number("tolerance", tolerance, 0.0)
    made = network if isinstance(network, Run) else run(network)
    names = made.setup.network.names
    if isinstance(against, str | PathLike):
        source, content = fspath(against), read_bytes(fspath(against))
    elif isinstance(against, Iterable) and not isinstance(against, Mapping):
        source, content = "<list>", table("against", against).encode()
    else:
        raise UsageError(f"against: expected a path or a dict for each person, not {type(against).__name__}")
    people = read_people(content, source, names)
    if not people.is_class:
        raise UsageError(f"{source}: expected a row for each person, with the name and numbers such as w31")
    if people.unknown:
        raise UnknownNameError("name", people.unknown[0], known_names(names))
    index = Explainer(made, whole("sample", sample, 1) - 1).sample
    return check_people(people.people, AnswerKey(made, index), tolerance, False, DEFAULT_EFFORT)


def chain(
    *definitions: str | Iterable[str],
    of: str | None = None,
    wrt: str | Iterable[str] = (),
    at: Mapping[str, float] | str | Iterable[str] | float | None = None,
    paths: bool = False,
) -> ChainResult:
    """The chain rule for composed functions: `chain("u = (x+1)^2", "h = u^3 + 2u - 5", at={"x": 1})`.

    The point may also be a text such as `x=1, y=pi/2`, or where there is one variable its value alone.

    Raises:
        InputError: a definition is wrong, or something has no value at the point.
        UnknownNameError: nothing bears a name that is given.
        UsageError: something is neither a text nor a number where one should be.
    """
    # sympy takes 0.4 s to load, which nothing else of the interface needs
    from backprop_cli.chain.derive import differentiate
    from backprop_cli.chain.point import read_point
    from backprop_cli.chain.question import Question
    from backprop_cli.formula.expression import Source as Definitions

    if isinstance(at, str | Iterable) and not isinstance(at, Mapping):
        point = read_point(texts("at", at))
    else:
        values = {} if at is None else at if isinstance(at, Mapping) else {"": at}
        point = {name: number("at", value) for name, value in zip(texts("at", values), values.values(), strict=True)}
    texts("of", of or "")
    question = Question(of, texts("wrt", wrt), point, limit=20 if paths else 0)
    return differentiate(Definitions("\n".join(texts("definitions", *definitions))), question)


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

    target = "" if path is None else path_of(path, PAGE_ENDINGS)
    count = None if steps is None else whole("steps", steps)
    frames, sample = whole("frames", frames, 1), whole("sample", sample, 1)
    try:
        shown = Digits.read(str(digits))
    except ValueError as error:
        raise UsageError(f"digits: {error}") from None
    setup = network if isinstance(network, Setup) else load(network)
    if sample > len(setup.samples):
        raise UsageError(f"there is no sample {sample}: the file has {len(setup.samples)}")
    document = setup.document if isinstance(setup, NetworkFile) else None
    recording = record(_scheduled(setup, learning_rate), count, frames)
    name, text = (Path(document.file).name, document.text) if document else ("", "")
    page = HtmlPage(page_text(Page(recording, name, text, sample - 1, shown)))
    if path is not None:
        write_whole(target, page)
    return page


def _scheduled(network: Source | Setup, learning_rate: float | None = None) -> Setup:
    rate = None if learning_rate is None else number("learning_rate", learning_rate)
    return (network if isinstance(network, Setup) else load(network)).with_schedule(rate)


def _fields(record: Setup | Run) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}
