"""What `check --against` shows of several people: a row of result each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from backprop_cli.check.people import PersonResult, namesakes
from backprop_cli.network.network import Setup
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.blocks import Block, Column, Heading, Note, Table
from backprop_cli.render.views.phrases import listed, shape_of

_MOST_FAULTS = 20
"""So many cells that cannot be read are named beneath the table."""


def class_view(
    setup: Setup, results: Sequence[PersonResult], unknown: Mapping[str, str], allows_unknown: bool, notation: Notation
) -> Iterator[Block]:
    """Everybody's numbers of right and wrong ones, and the mistakes behind these.

    `unknown` are columns that mean nothing in the network, each with the nearest known name, if there is one;
    they count as wrong unless `allows_unknown`.
    """
    yield Heading(notation.text(setup.title or f"A {shape_of(setup.network)} network"), 1)
    whose = notation.text(results[0].name) if len(results) == 1 else f"{len(results):,} people"
    yield Note(f"The numbers of {whose}")
    yield Heading("Results")
    columns = (
        Column("name"),
        Column("right", "number"),
        Column("wrong", "number"),
        Column("follow", "number"),
        Column("not given", "number"),
        Column("mistakes"),
    )
    yield Table(columns, (_row(result, notation) for result in results), len(results))
    passed = sum(result.passed for result in results)
    yield Note(f"{passed:,} of {len(results):,} {'is' if passed == 1 else 'are'} right in every number given.")
    faults = [f"{result.name}, {fault}." for result in results for fault in result.faults]
    for fault in faults[:_MOST_FAULTS]:
        yield Note(notation.text(fault))
    if len(faults) > _MOST_FAULTS:
        yield Note(f"And {len(faults) - _MOST_FAULTS:,} more that cannot be read, {notation.code('-f csv')} has all.")
    if same := namesakes(results):
        yield Note(f"Several people have the same name: {listed([notation.text(name) for name in same])}.")
    if any(result.follows for result in results):
        yield Note("Numbers that follow are wrong, but rightly worked out from the person's own earlier ones.")
    if unknown:
        yield Note(f"Unknown here: {listed([_unknown(name, unknown[name], notation) for name in unknown])}.")
    if not allows_unknown and (unknown or any(result.comparison.unknown for result in results)):
        yield Note(f"An unknown name fails the check, {notation.code('--allow-unknown')} lets it pass.")


def _unknown(name: str, near: str, notation: Notation) -> str:
    return notation.text(name) + (f" (did you mean {notation.text(near)}?)" if near else "")


def _row(result: PersonResult, notation: Notation) -> tuple[str, ...]:
    counts = (result.right, result.wrong, result.follows, len(result.missing))
    return (notation.text(result.name), *map(str, counts), notation.text(_reasons(result)))


def _reasons(result: PersonResult) -> str:
    """The mistakes by id, how a number is miswritten, which numbers nothing explains, and which names mean nothing."""
    comparison, findings = result.comparison, result.findings
    slips = {slip.name: slip.slip.replace("_", " ") for slip in findings.slips}
    left = [name for name in findings.unexplained if name not in slips]
    parts = [" and ".join(made.id for made in diagnosis.mistakes) for diagnosis in findings.diagnoses]
    parts += [f"{name}: {slip}" for name, slip in slips.items()]
    said = [
        "" if comparison.compared else "no numbers",
        "not all can be read" if result.faults else "",
        listed(parts, most=4),
        f"unexplained: {listed(left, most=3)}" if left else "",
        f"unknown: {listed(comparison.unknown, most=3)}" if comparison.unknown else "",
    ]
    return "; ".join(filter(None, said))
