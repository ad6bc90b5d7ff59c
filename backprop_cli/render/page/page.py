"""The page of a worked network: what its template is filled with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from backprop_cli.chain.of_network import NetworkOperations, network_operations
from backprop_cli.check.mistakes.table import MISTAKES
from backprop_cli.derivation.explanation import derive
from backprop_cli.derivation.partials import Derivation
from backprop_cli.errors import UsageError
from backprop_cli.render.drawing.circuit import circuit_of
from backprop_cli.render.drawing.circuit_svg import circuit_svg
from backprop_cli.render.drawing.drawn_values import sample_values
from backprop_cli.render.drawing.heat import HeatMaps, heat_svg
from backprop_cli.render.drawing.loss_curve import LossCurve, loss_svg
from backprop_cli.render.drawing.scene_layout import is_drawable
from backprop_cli.render.drawing.svg import Element, short_number, size_of, text_of
from backprop_cli.render.drawing.units import Drawing, network_svg
from backprop_cli.render.formats.decimals import EIGHT_DECIMALS, Digits
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.page.content import Articles, backward_rows, forward_rows, stage_table
from backprop_cli.render.page.data import chosen_samples, embedded, frames_data, model_data
from backprop_cli.render.page.formulas import formulas
from backprop_cli.render.page.gates import graph_data, operations_in
from backprop_cli.render.page.joining import joined_script
from backprop_cli.render.page.mathml import PageNotation
from backprop_cli.render.page.template import environment_of, filled
from backprop_cli.render.views.blocks import Block, Heading, Matrix, Note
from backprop_cli.render.views.matrix_view import matrix_view
from backprop_cli.render.views.phrases import counted, curve_sentence, shape_of
from backprop_cli.render.views.run_view import facts, layer_title
from backprop_cli.render.views.selection import Selection
from backprop_cli.render.views.update_phrases import update_rule
from backprop_cli.training.record import Recording

MOST_DERIVED = 250
"""A network with more parameters is shown as matrices."""

MOST_WRITTEN = 40
"""A network with more parameters has no derivation of each on paper; the script makes them when they are asked for."""

TOLD_APART = (
    "error_sign", "half_forgotten", "half_doubled", "slope_missing_output", "slope_missing_hidden", "input_factor_one",
    "first_output_only", "weights_left_out",
)  # fmt: skip
"""The mistakes that the page knows by the number that they make of one derivative."""

MOST_GATES = 150
"""Of a network with more operations and variables the graph of them is left out: it would be far larger than any window."""

MOST_OPTIONS = 200
"""Of more samples one is chosen by its number."""

MOST_BLOCKS = 500
"""A section in matrices is cut after so many headings, notes and matrices."""

LONGEST_PRINTED = 10_000
"""A network file of more characters, about two pages, is left out on paper."""


@dataclass(frozen=True)
class Page:
    """What the page is about: the recorded run, the file it came from, the sample (from 0) that is shown first.

    One that is served has a `version` and asks its server for a newer one; else that is 0.
    """

    recording: Recording
    file_name: str
    file_text: str
    sample: int = 0
    digits: Digits = EIGHT_DECIMALS
    version: int = 0

    @cached_property
    def is_scalar(self) -> bool:
        """Whether every derivative is shown by itself."""
        return self.recording.last.setup.network.parameter_count <= MOST_DERIVED

    @cached_property
    def derivation(self) -> Derivation:
        """The shown sample's, in the last step."""
        run = self.recording.last
        return derive(run, self.sample)

    @cached_property
    def operations(self) -> NetworkOperations | None:
        """The shown sample's operations one by one; None where they are too many, or one has no finite value."""
        try:
            found = network_operations(self.derivation)
        except UsageError:
            return None
        return found if len(found.values) <= MOST_GATES else None

    @property
    def operations_in_script(self) -> frozenset[str]:
        """What the script has to know for the graph of the operations."""
        return frozenset() if self.operations is None else operations_in(self.operations.graph)

    @cached_property
    def curve(self) -> LossCurve:
        """The loss over all steps."""
        run = self.recording.last
        return LossCurve(run.history.tolist(), run.setup.network.names.loss, run.shown.number, is_standalone=False)


def page_text(page: Page) -> str:
    """The whole page."""
    environment = environment_of(page.digits)
    context = {**_frame(page), **(_scalar(page, environment) if page.is_scalar else _matrices(page))}
    sizes = _sizes(context["drawing"], context["circuit"])
    for picture in ("drawing", "circuit"):
        context[picture] = "" if context[picture] is None else Markup(text_of(context[picture]))
    mains = ["main"] if context["is_drawn"] else ["main", "heat"]
    script = joined_script(*mains, operations=page.operations_in_script)
    return filled(environment, "page.html", context, script, sizes, page.version)


def _sizes(drawing: Element, circuit: Element | None) -> str:
    """The drawing's own width and how much wider than high it is, and the graph's width, for the style."""
    width, height = size_of(drawing)
    graph = "" if circuit is None else f" --circuit: {size_of(circuit)[0]:g}px;"
    return f"--drawing: {width:g}px; --aspect: {width / height:.4f};{graph}"


def _frame(page: Page) -> dict[str, Any]:
    """What every page has: title, facts, losses, the file."""
    run = page.recording.last
    notation = PageNotation(page.digits)
    return {
        "title": run.setup.title or f"A {shape_of(run.setup.network)} network",
        "facts": [Markup(fact) for fact in facts(run, notation)],
        "run": run,
        "loss_name": Markup(notation.math(notation.name(run.setup.network.names.loss))),
        "curve": Markup(text_of(loss_svg(page.curve))) if run.steps > 1 else "",
        "curve_says": curve_sentence(run),
        "rule": Markup(update_rule(run, notation)) if run.shown.changes is not None else "",
        "frames": [frame.shown.number for frame in page.recording.frames],
        "file_name": page.file_name,
        "file_text": page.file_text,
        "longest_printed": LONGEST_PRINTED,
        "is_scalar": page.is_scalar,
    }


def _scalar(page: Page, environment: Environment) -> dict[str, Any]:
    """Drawing or heat maps, every partial, the update, and what the script needs to work out everything else."""
    run, derivation = page.recording.last, page.derivation
    notation = PageNotation(page.digits, stage_table(derivation))
    articles = Articles(run, page.sample, notation, PageNotation(page.digits, of_step=True))
    samples = chosen_samples(run.setup, page.sample)
    parameters = list(derivation.names.parameters())
    return {
        "drawing": _picture(page, sample_values(derivation)),
        "is_drawn": is_drawable(run.setup.network),
        "circuit": _circuit(page),
        "forward": list(forward_rows(derivation, notation)),
        "backward": [(layer_title(derivation, layer), rows) for layer, rows in backward_rows(derivation, notation)],
        "updates": [articles.update_row(parameter) for parameter in parameters],
        "articles": [articles.article(one) for one in parameters] if len(parameters) <= MOST_WRITTEN else [],
        "samples": [(index, _sample_label(run.setup.samples.inputs[index], index)) for index in samples],
        "most_options": MOST_OPTIONS,
        "has_plane": derivation.names.widths[0] == 2,
        "has_valley": len(parameters) > 1,
        "sample": page.sample,
        "data": _data(
            page,
            {
                **model_data(run.setup, samples),
                "updates": _updates(environment, articles),
                "formulas": formulas(page.digits),
                "gates": graph_data(page.operations.graph) if page.operations else [],
                "sentences": {name: MISTAKES[name].sentence for name in TOLD_APART},
            },
        ),
        "blocks": [],
    }


def _updates(environment: Environment, articles: Articles) -> dict[str, str]:
    """The update of any weight and of any bias as HTML."""
    write = environment.get_template("update.html").module.update  # type: ignore[attr-defined]
    return {kind: str(write(lines)) for kind, lines in articles.templates()}


def _data(page: Page, model: dict[str, Any] | None) -> Markup:
    """What the script reads: the numbers, and how to show them."""
    run = page.recording.last
    return Markup(
        embedded(
            {
                "digits": {"count": page.digits.shown, "isSignificant": page.digits.is_significant},
                "steps": run.steps,
                "loss": run.setup.network.names.loss,
                "samples": len(run.setup.samples),
                "shown": page.sample,
                "model": model,
                "frames": frames_data(page.recording, page.curve, model is not None),
            }
        )
    )


def _sample_label(inputs: Sequence[float], index: int) -> str:
    shown = ", ".join(short_number(float(x)) for x in inputs[:4]) + (", …" if len(inputs) > 4 else "")
    return f"{index + 1}: ({shown})"


def _picture(page: Page, values: dict[str, float]) -> Element:
    run = page.recording.last
    if is_drawable(run.setup.network):
        return network_svg(Drawing(run.shown.before, values, is_standalone=False, is_linked=True))
    return heat_svg(HeatMaps(run.shown.before, run.shown.gradients, is_standalone=False))


def _circuit(page: Page) -> Element | None:
    """The graph of the operations, where there is one."""
    if page.operations is None:
        return None
    return circuit_svg(circuit_of(*page.operations), is_standalone=False)


def _matrices(page: Page) -> dict[str, Any]:
    """Heat maps of every frame, and the last step in matrices."""
    run, notation = page.recording.last, PageNotation(page.digits)
    blocks, spoken = (
        _sections(matrix_view(run, [(page.sample + 1, page.derivation)], kind, IN_MATRICES))
        for kind in (notation, TextNotation(page.digits))
    )
    return {
        "drawing": _picture(page, {}),
        "is_drawn": False,
        "circuit": None,
        "forward": [],
        "backward": [],
        "updates": [],
        "articles": [],
        "samples": [],
        "most_options": MOST_OPTIONS,
        "has_plane": False,
        "has_valley": False,
        "sample": page.sample,
        "data": _data(page, None),
        "blocks": list(_blocks(blocks, spoken, notation)),
    }


IN_MATRICES = Selection(frozenset(("forward", "gradients", "update")))
"""The loss the page shows by itself."""


def _sections(blocks: Iterable[Block]) -> Iterator[Block]:
    """The sections in matrices, each no longer than can be read; the blocks before them the page has already."""
    sections: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, Heading) and block.level == 2:
            sections.append([])
        if isinstance(block, Heading | Note | Matrix):
            sections[-1].append(block)
    for section in sections[1:]:
        yield from section[:MOST_BLOCKS]
        if len(section) > MOST_BLOCKS:
            left = counted(len(section) - MOST_BLOCKS, "more line")
            yield Note(f"… {left}: <code>backprop run --view matrix</code> shows them all")


def _blocks(
    blocks: Iterable[Block], spoken: Iterable[Block], notation: PageNotation
) -> Iterator[tuple[str, Markup, str]]:
    """Of each block its kind, its HTML, and of a matrix how a screen reader calls it: below which headings, and by its name."""
    headings: dict[int, str] = {}
    for block, words in zip(blocks, spoken, strict=True):
        if isinstance(block, Heading) and isinstance(words, Heading):
            headings = {level: text for level, text in headings.items() if level < words.level} | {
                words.level: words.text
            }
            yield "heading", Markup(block.text), ""
        elif isinstance(block, Note):
            yield "note", Markup(block.text), ""
        else:
            assert isinstance(block, Matrix) and isinstance(words, Matrix)
            size = " × ".join(map(str, block.values.shape))
            html = Markup(f"{notation.math(notation.shown_matrix(block))} <small>{size}</small>")
            yield "matrix", html, f"{', '.join(headings.values())}: {words.left}, {size}"
