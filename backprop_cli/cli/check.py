"""`backprop check`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.cli.values import count_of, number_of

if TYPE_CHECKING:
    from backprop_cli.check.answers import Person
    from backprop_cli.check.compare import AnswerKey
    from backprop_cli.cli.show import Showing
    from backprop_cli.network.network import Setup
    from backprop_cli.training.train import Run

FAILED = 1
"""The exit code where the answer is no."""


def check(
    config: opt.ConfigArgument = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            "-a",
            metavar="FILE",
            help="Somebody's own numbers: JSON, YAML, CSV, .npz, .safetensors, or - for standard input. "
            "A CSV table with a row for each person, or several files: a row of result each.",
            rich_help_panel=opt.NETWORK,
        ),
    ] = None,
    allow_unknown: Annotated[
        bool,
        typer.Option(
            "--allow-unknown",
            help="With --against: names that the network does not know are no failure.",
            rich_help_panel=opt.CHECK,
        ),
    ] = False,
    tolerance: Annotated[
        float | None,
        typer.Option(
            "--tolerance",
            parser=number_of(0.0),
            help="Largest relative error.",
            show_default="1e-6; with --against 1e-9",
            metavar="X",
            rich_help_panel=opt.CHECK,
        ),
    ] = None,
    sample_parameters: Annotated[
        int | None,
        typer.Option(
            "--sample-parameters",
            parser=count_of(1),
            help="How many parameters are checked, chosen at random.",
            metavar="N",
            rich_help_panel=opt.CHECK,
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option("--seed", parser=count_of(0), help="Seed of that choice.", metavar="N", rich_help_panel=opt.CHECK),
    ] = 0,
    effort: Annotated[
        int,
        typer.Option(
            "--effort",
            parser=count_of(0, 1_000_000),
            help="With --against: about how many seconds the search for mistakes may take.",
            metavar="SECONDS",
            rich_help_panel=opt.CHECK,
        ),
    ] = 2,
    steps: opt.StepsOption = None,
    learning_rate: opt.RateOption = None,
    sample: Annotated[
        int | None,
        typer.Option(
            "--sample",
            parser=count_of(1),
            help="With --against: whose intermediate results they are.",
            metavar="K",
            rich_help_panel=opt.SHOWN,
        ),
    ] = None,
    rows: opt.RowsOption = 200,
    format: opt.FormatOption = opt.Format.table,
    digits: opt.DigitsOption = opt.DIGITS,
    standalone: opt.StandaloneOption = False,
    no_pager: opt.NoPagerOption = False,
    quiet: opt.QuietOption = False,
) -> int:
    """Whether gradients are right.

    They are compared with numerical differentiation; with --against, somebody's
    own numbers with these, and where they differ, the mistakes that give exactly
    those numbers are named. Exit code 1: not all are right.
    """
    from backprop_cli.cli.setup import open_setup
    from backprop_cli.cli.show import Showing
    from backprop_cli.errors import UsageError

    console = Console(quiet, not no_pager)
    against = against or []
    if [config, *against].count("-") > 1:
        raise UsageError("CONFIG and --against cannot both be read from standard input")
    _, setup = open_setup(config, console)
    setup = setup.with_schedule(learning_rate)
    showing = Showing(format, digits, rows, standalone)
    if not against:
        passed = _against_numbers(console, showing, setup, steps, tolerance, sample_parameters, seed)
    else:
        passed = _against_answers(console, showing, setup, steps, tolerance, sample, against, effort, allow_unknown)
    return 0 if passed else FAILED


def _against_numbers(
    console: Console,
    showing: Showing,
    setup: Setup,
    steps: int | None,
    tolerance: float | None,
    sample_parameters: int | None,
    seed: int,
) -> bool:
    """Numerical differentiation of the network as the file has it, or of the last of `steps` steps."""
    from backprop_cli.check.numerical import check_gradients
    from backprop_cli.cli.progress import Progress
    from backprop_cli.cli.show import show
    from backprop_cli.render.formats.check_records import PROBE_COLUMNS, probe_rows, probes_record
    from backprop_cli.render.formats.records import notice_items
    from backprop_cli.render.views.check_view import check_view

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
    from backprop_cli.cli.progress import Progress
    from backprop_cli.training.train import train

    with Progress(console, steps) as progress:
        return train(setup, steps, on_progress=progress.update)


def _against_answers(
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
    from backprop_cli.check.answers import Answers, read_people
    from backprop_cli.check.compare import AnswerKey, meant_by
    from backprop_cli.cli.setup import sample_index
    from backprop_cli.files.input import STANDARD_INPUT, read_bytes

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
    from backprop_cli.check.diagnose import diagnose
    from backprop_cli.check.wanted import known_names
    from backprop_cli.cli.progress import Progress
    from backprop_cli.cli.show import show
    from backprop_cli.errors import UnknownNameError
    from backprop_cli.render.formats.check_records import COMPARED_COLUMNS, compared_rows, comparison_record
    from backprop_cli.render.formats.records import notice_items
    from backprop_cli.render.views.against_view import against_view

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
    from backprop_cli.check.people import check_people
    from backprop_cli.cli.progress import Progress
    from backprop_cli.cli.show import show
    from backprop_cli.render.formats.check_records import RESULT_COLUMNS, result_rows, results_record
    from backprop_cli.render.formats.records import notice_items
    from backprop_cli.render.views.class_view import class_view

    with Progress(console, len(people), "person") as progress:
        results = check_people(people, key, tolerance, allow_unknown, effort, progress.update_of)
    setup = key.run.setup
    passed = all(result.passed for result in results) and (allow_unknown or not unknown)
    show(
        console, showing, lambda notation: class_view(setup, results, unknown, notation),
        chain(results_record(results, unknown, passed), notice_items(setup)), RESULT_COLUMNS, result_rows(results),
    )  # fmt: skip
    return passed
