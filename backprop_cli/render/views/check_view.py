"""What `check` shows of numerical differentiation, as blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_cli.check.numerical import GradientCheck, Probe
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.blocks import Block, Column, Heading, Mark, Marked, Note, Table
from backprop_cli.render.views.phrases import counted, functions_of, listed, loss_in_words, shape_of
from backprop_cli.training.train import Run


def check_view(run: Run, found: GradientCheck, notation: Notation) -> Iterator[Block]:
    """The probes of parameters, those of random directions if there are any, and the verdict in words."""
    setup, network = run.setup, run.setup.network
    yield Heading(notation.text(setup.title or f"A {shape_of(network)} network"), 1)
    facts = [shape_of(network), functions_of(network), loss_in_words(network)]
    step = f"step {run.shown.number:,}" if run.shown.number else "the network as it stands"
    yield Note(f"{', '.join(notation.text(fact) for fact in facts)}, {step}")
    yield Heading("The gradients and numerical differentiation")
    yield Note(f"{found.method.capitalize()}, tolerance {notation.math(notation.number(f'{found.tolerance:g}'))}.")
    yield _table(found.parameters, "parameter", network.names.loss, notation)
    if found.directions:
        yield Heading(f"Random directions through all {found.parameter_count:,} parameters")
        yield _table(found.directions, "direction", network.names.loss, notation)
    yield Heading("Verdict")
    yield from _verdict(found, notation)


_MARKS: dict[str, Mark] = {"ok": "right", "wrong": "wrong"}


def _table(probes: Sequence[Probe], what: str, loss: str, notation: Notation) -> Table:
    is_parameter = what == "parameter"
    gradient = notation.math(notation.partial(loss, "w")) if is_parameter else "slope"
    columns = (
        Column(what, "math" if is_parameter else "text"),
        Column(gradient, "number"),
        Column("numerical", "number"),
        Column("relative error", "number"),
        Column("verdict"),
    )
    rows = (
        (
            notation.math(notation.name(probe.name)) if is_parameter else probe.name.removeprefix("direction "),
            probe.analytic,
            probe.numerical,
            notation.math(_error(probe, notation)),
            Marked(probe.verdict, _MARKS.get(probe.verdict, "")),
        )
        for probe in probes
    )
    return Table(columns, rows, len(probes))


def _error(probe: Probe, notation: Notation) -> str:
    return notation.number(f"{probe.relative_error:.1e}" if probe.relative_error else "0")


def _verdict(found: GradientCheck, notation: Notation) -> Iterator[Note]:
    """One line for what is right, one for what is wrong, one for what cannot be said."""
    probes = (*found.parameters, *found.directions)
    by_verdict = {
        verdict: [probe for probe in probes if probe.verdict == verdict]
        for verdict in ("ok", "wrong", "kink", "unclear")
    }
    count = len(found.parameters)
    checked = counted(count, "gradient")
    if count < found.parameter_count:
        checked = f"{count:,} of {counted(found.parameter_count, 'gradient')} and {counted(len(found.directions), 'direction')}"
    if not by_verdict["wrong"] and by_verdict["ok"]:
        worst = max(by_verdict["ok"], key=lambda probe: probe.relative_error)
        error = notation.math(_error(worst, notation)) + f" ({notation.text(worst.name)})" * (worst.relative_error > 0)
        yield Note(
            f"{checked}: {'all agree' if len(by_verdict['ok']) == len(probes) else 'no contradiction'}; "
            f"largest relative error {error}."
        )
    if by_verdict["wrong"]:
        names = listed([probe.name for probe in by_verdict["wrong"]], notation.text)
        yield Note(f"{checked}: {len(by_verdict['wrong']):,} disagree: {names}.")
    if by_verdict["kink"]:
        names = listed([probe.name for probe in by_verdict["kink"]], notation.text)
        yield Note(f"At a kink, where there is no derivative to compare with: {names}.")
    if by_verdict["unclear"]:
        names = listed([probe.name for probe in by_verdict["unclear"]], notation.text)
        yield Note(f"Not to be decided by numerical differentiation, whose own roundoff is larger here: {names}.")
