"""Files from strangers: an answer or an error within seconds and within bounds, and nothing of theirs is executed."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backprop_cli.files.document import parse
from backprop_cli.files.limits import training_bytes
from backprop_cli.files.read import KEYS as KNOWN_KEYS
from backprop_cli.files.read import read
from tests.fuzz.bombs import BOMBS, HEAD, HEAVY, LAYER
from tests.fuzz.mutate import TOKENS, mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.target import QUESTIONS, Question, check
from tests.hang import no_hang
from tests.program import backprop

SLOW_BOMBS = {"layers", "wrong numbers", "globs to freeze"}


@pytest.mark.parametrize(
    "bomb", [pytest.param(bomb, marks=pytest.mark.slow) if bomb in SLOW_BOMBS else bomb for bomb in BOMBS]
)
def test_a_bomb_is_defused(bomb: str, tmp_path: Path) -> None:
    text, message = BOMBS[bomb]
    file = tmp_path / "net.yaml"
    file.write_text(text)
    with no_hang():
        result = backprop("run", str(file))
    assert result.exit_code == 2 and re.search(message, result.stderr)
    assert len(result.stderr) < 10_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("many samples", {"explain"}),
        ("softmax", {"explain"}),
        ("wide softmax", {"run", "table"}),
        ("deep, many samples", {"--against", "ANSWERS"}),
        ("many steps", {"--against", "ANSWERS"}),
    ],
)
def test_a_heavy_file_is_answered(name: str, words: set[str], tmp_path: Path) -> None:
    question = next(question for question in QUESTIONS if words <= set(question.arguments))
    assert check(HEAVY[name].encode(), tmp_path, question) in (0, 1)


def _wide(samples: int, units: int, softmax: bool = False) -> str:
    ones = ",".join(["[1]"] * samples)
    activation = "softmax" if softmax else "linear"
    return (
        f"inputs: [{ones}]\ntargets: [{ones}]\nlayers: [{{activation: {activation}, weights: [{','.join(['[1]'] * units)}]}},"
        f"{{weights: [[{','.join(['1'] * units)}]]}}]\nlearning_rate: 0\n"
    )


@pytest.mark.slow
def test_what_does_not_fit_is_refused_with_the_estimate() -> None:
    result = backprop("run", "-", stdin=_wide(30_000, 30_000))
    assert result.exit_code == 2
    # samples x units x 8 bytes: z, a, dE/da, dE/dz, and three temporary arrays of the widest layer
    assert f"this needs about {30_000 * 30_000 * 8 * 7 / 1e9:.3g} GB of memory" in result.stderr
    assert "30000 samples through 1-30000-1 units" in result.stderr


@pytest.mark.parametrize("command", [("run", "-f", "json"), ("run", "--view", "scalar"), ("explain", "-w", "W1[1,1]")])
def test_a_jacobian_that_does_not_fit_is_refused(command: tuple[str, ...]) -> None:
    result = backprop(command[0], "-", *command[1:], stdin=_wide(1, 20_000, softmax=True))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "400,000,000 partial derivatives, which would take about 560 GB" in result.stderr


def test_many_jacobians_that_do_not_fit_together_are_refused() -> None:
    pair = [{"activation": "softmax", "weights": [[1]] * 300}, {"weights": [[1] * 300]}]
    text = json.dumps({"inputs": [1], "targets": [1], "layers": pair * 10})
    result = backprop("explain", "-", "-w", "W1[1,1]", stdin=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the 10 softmax layers have 900,000 partial derivatives, which would take about 1.26 GB" in result.stderr


def test_a_history_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    result = backprop("run", "-n", "1000000000000000", "--history", str(tmp_path / "h.csv"))
    assert result.exit_code == 2 and "--history of 1,000,000,000,000,000 steps needs about 32 PB" in result.stderr


@pytest.mark.parametrize(("samples", "units"), [(2000, 500), (100, 3000), (5000, 3)])
def test_the_estimate_is_near_what_a_run_takes(samples: int, units: int) -> None:
    from backprop_cli.training.train import train

    setup = read(parse(_wide(samples, units), "net.yaml", "yaml"))
    tracemalloc.start()
    train(setup, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.4 < training_bytes(setup.network, setup.samples, setup.schedule) / peak < 2.5


def test_a_thousand_layers_are_derived() -> None:
    text = HEAD + "layers:\n" + " - {weights: [[1]], activation: tanh}\n" * 1000
    for options in (("--paths",), ()):
        answer = backprop("explain", "-", "-w", "W1[1,1]", "-f", "json", *options, stdin=text).json
        assert len(answer["explanations"][0]["partials"]) > 3000


def test_a_deep_network_whose_tables_are_cut_is_shown() -> None:
    text = HEAD + "layers:\n" + " - {weights: [[1]], activation: tanh}\n" * 400
    result = backprop("run", "-", "--view", "scalar", "--rows", "2", stdin=text)
    assert result.exit_code == 0 and result.stdout.count("more rows") > 400


def test_among_many_paths_of_no_weight_the_first_are_found_at_once() -> None:
    layer = " - {weights: [[0, 0, 0], [0, 0, 0], [0, 0, 0]]}\n"
    text = "inputs: [1, 1, 1]\ntargets: [1, 1, 1]\nlayers:\n" + layer * 60
    with no_hang():
        result = backprop("explain", "-", "-w", "W1[1,1]", "--paths", "-f", "json", stdin=text)
    explained = result.json["explanations"][0]
    assert explained["path_count"] == 3**59
    assert len(explained["paths"]) == 20


SHOWN = r"\x1b[31m \x9b31m \u202e [bold red]x[/] \\input{/etc/passwd} <script>alert(1)</script> $x$"


@pytest.mark.parametrize("format", ["table", "json", "csv", "markdown", "latex"])
def test_a_title_reaches_no_terminal_and_no_typesetter(format: str) -> None:
    result = backprop("run", "-", "-f", format, stdin=f'title: "{SHOWN}"\n{HEAD}{LAYER}')
    assert result.exit_code == 0
    assert all(c == "\n" or c.isprintable() for c in result.stdout)
    if format == "latex":
        assert r"\input" not in result.stdout and "$x$" not in result.stdout
    if format == "table":
        assert r"\x1b[31m \x9b31m \u202e [bold red]x[/] \input{/etc/passwd} <script>" in result.stdout


NAMES = [
    "=1+1",
    "+x",
    "-x",
    "@SUM(A1)",
    "cmd|'/C calc'!A0",
    'HYPERLINK("x")',
    '"x',
    "`x`",
    "\x1b[31m",
    "a\u202eb",
    " x",
    "x" * 65,
    "50%",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_another_program_could_run_is_refused(name: str) -> None:
    file = {"inputs": {name: 1}, "targets": [1], "layers": [{"weights": [[1]]}]}
    result = backprop("run", "-", stdin=json.dumps(file))
    assert result.exit_code == 2 and "cannot be a name" in result.stderr
    assert all(c == "\n" or c.isprintable() for c in result.stderr)


@pytest.mark.parametrize("name", ["a,b", "a;b", "x\u00b2", "weight (kg)", "[bold]", "<b>", "\\alpha", "a$b", "ß_1"])
def test_a_name_with_signs_of_other_languages_is_shown_as_it_is(name: str) -> None:
    file = json.dumps({"inputs": {name: 1}, "targets": [1], "layers": [{"weights": [[1]]}]})
    assert name in backprop("run", "-", stdin=file).stdout
    rows = list(csv.reader(io.StringIO(backprop("run", "-", "-f", "csv", stdin=file).stdout)))
    assert f"dE/d{name}" in [row[0] for row in rows]
    assert {len(row) for row in rows} == {6}


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), question=st.sampled_from(QUESTIONS))
def test_a_mutated_file_is_an_answer_or_an_error(tmp_path: Path, seed: int, question: Question) -> None:
    check(mutated(seeds(question), random.Random(seed)), tmp_path, question)


LEAVES = st.one_of(st.sampled_from(TOKENS), st.floats(), st.integers(), st.booleans(), st.none(), st.text(max_size=8))
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
KEYS = st.sampled_from(KNOWN_KEYS)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(KEYS, TREES, max_size=3), question=st.sampled_from(QUESTIONS[:8]))
def test_any_value_under_any_key_is_an_answer_or_an_error(
    tmp_path: Path, changes: dict[str, object], question: Question
) -> None:
    import json

    data = {"inputs": [0.5, 1], "targets": [1], "layers": [{"weights": [[1, 2]], "bias": 0.1}], **changes}
    check(json.dumps(data).encode("utf-8", "surrogatepass"), tmp_path, question)


def test_a_slope_far_out_is_explained_without_a_warning() -> None:
    """Found by mutation: tanh's slope at 1e308, where 2z overflows, was taken outside the guarded passes."""
    text = HEAD + "layers: [{activation: tanh, weights: [[0.8]], bias: 1e308}, {weights: [[1]]}]\n"
    answer = backprop("explain", "-", "-w", "w11", "-f", "json", stdin=text).json
    assert {"name": "dE/dw11", "value": 0.0}.items() <= answer["explanations"][0]["partials"][-1].items()
