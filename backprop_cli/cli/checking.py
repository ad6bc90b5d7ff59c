"""The two ways of checking: against numerical differentiation, and somebody's own numbers against the right ones."""

from __future__ import annotations

from itertools import chain

from backprop_cli.check.answers import Answers, Person, read_people
from backprop_cli.check.compare import AnswerKey, meant_by
from backprop_cli.check.diagnose import diagnose
from backprop_cli.check.numerical import check_gradients
from backprop_cli.check.people import check_people
from backprop_cli.check.wanted import known_names
from backprop_cli.cli.console import Console
from backprop_cli.cli.progress import Progress
from backprop_cli.cli.setup import sample_index
from backprop_cli.cli.show import Showing, show
from backprop_cli.errors import UnknownNameError
from backprop_cli.files.input import STANDARD_INPUT, read_bytes
from backprop_cli.network.network import Setup
from backprop_cli.render.formats.check_records import (
    COMPARED_COLUMNS,
    PROBE_COLUMNS,
    RESULT_COLUMNS,
    compared_rows,
    comparison_record,
    probe_rows,
    probes_record,
    result_rows,
    results_record,
)
from backprop_cli.render.formats.records import notice_items
from backprop_cli.render.views.against_view import against_view
from backprop_cli.render.views.check_view import check_view
from backprop_cli.render.views.class_view import class_view
from backprop_cli.training.train import Run, train


def against_numbers(
    console: Console,
    showing: Showing,
    setup: Setup,
    steps: int | None,
    tolerance: float | None,
    sample_parameters: int | None,
    seed: int,
) -> bool:
    """Numerical differentiation of the network as the file has it, or of the last of `steps` steps."""
    run = _trained(console, setup, steps or 0)
    with Progress(console, 1, "gradient") as progress:
        found = check_gradients(
            run, 1e-6 if tolerance is None else tolerance, sample_parameters, seed, progress.update_of
        )
    show(
        console, showing, lambda notation: check_view(run, found, notation),
        chain(probes_record(found), notice_items(setup)), PROBE_COLUMNS, probe_rows(found),
    )  # fmt: skip
    return found.passed


def _trained(console: Console, setup: Setup, steps: int) -> Run:

    with Progress(console, steps) as progress:
        return train(setup, steps, on_progress=progress.update)


def against_answers(
    console: Console,
    showing: Showing,
    setup: Setup,
    steps: int | None,
    tolerance: float | None,
    sample: int | None,
    against: list[str],
    effort: int,
    allow_unknown: bool,
) -> bool:
    """Somebody's numbers, and what went wrong in them, or everybody's.

    A single file may itself say to which step and sample its numbers belong.
    """
    names = setup.network.names
    sources = {STANDARD_INPUT if file == "-" else file: file for file in against}
    files = [read_people(read_bytes(file), source, names) for source, file in sources.items()]
    people = [person for file in files for person in file.people]
    is_one = len(files) == 1 and not files[0].is_class
    of_file = people[0].answers if is_one else Answers(())
    count = next(one for one in (steps, of_file.steps, setup.schedule.steps) if one is not None)
    index = sample_index(sample or of_file.sample or 1, setup)
    key = AnswerKey(_trained(console, setup, count), index)
    if is_one:
        return _against_one(console, showing, key, people[0], tolerance, effort, allow_unknown)
    unknown = list(dict.fromkeys(name for file in files for name in file.unknown))
    meant = {name: near for name in unknown for near in [meant_by([name], names).get(name, "")]}
    return _against_all(console, showing, key, people, meant, tolerance, effort, allow_unknown)


def _against_one(
    console: Console,
    showing: Showing,
    key: AnswerKey,
    person: Person,
    tolerance: float | None,
    effort: int,
    allow_unknown: bool,
) -> bool:

    setup = key.run.setup
    comparison = key.compare(person.answers.given, tolerance, allow_unknown)
    if not comparison.compared:
        raise UnknownNameError("name", comparison.unknown[0], known_names(setup.network.names))
    with Progress(console, 1, "hypothesis") as progress:
        findings = diagnose(comparison, progress.update_of, effort)
    show(
        console, showing, lambda notation: against_view(person.name, comparison, findings, notation),
        chain(comparison_record(comparison, findings), notice_items(setup)), COMPARED_COLUMNS, compared_rows(comparison, findings),
    )  # fmt: skip
    return comparison.passed


def _against_all(
    console: Console,
    showing: Showing,
    key: AnswerKey,
    people: list[Person],
    unknown: dict[str, str],
    tolerance: float | None,
    effort: int,
    allow_unknown: bool,
) -> bool:

    with Progress(console, len(people), "person") as progress:
        results = check_people(people, key, tolerance, allow_unknown, effort, progress.update_of)
    setup = key.run.setup
    passed = all(result.passed for result in results) and (allow_unknown or not unknown)
    show(
        console, showing, lambda notation: class_view(setup, results, unknown, allow_unknown, notation),
        chain(results_record(results, unknown, passed), notice_items(setup)), RESULT_COLUMNS, result_rows(results),
    )  # fmt: skip
    return passed
