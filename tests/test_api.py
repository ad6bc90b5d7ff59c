"""What a notebook gets where the command line has options that check themselves."""

from __future__ import annotations

import math

import pytest

from backprop_cli import explain, load, run
from backprop_cli.errors import DivergedError, InterruptedRunError, UsageError
from backprop_cli.training.record import record
from tests.program import backprop


@pytest.mark.parametrize("sample", [-1, 0, 5])
def test_a_sample_that_is_not_there_is_refused(sample: int) -> None:
    result = run(load("xor"))
    with pytest.raises(UsageError, match=f"there is no sample {sample}: the file has 4 samples"):
        explain(result, "w11", sample=sample)


def test_fewer_steps_than_none_are_refused() -> None:
    with pytest.raises(UsageError, match="no -1 steps"):
        run(load("classic"), steps=-1)


@pytest.mark.parametrize("rate", [math.nan, math.inf, -math.inf])
def test_a_learning_rate_that_is_no_number_is_refused(rate: float) -> None:
    with pytest.raises(UsageError, match="must be a finite number"):
        run(load("classic"), learning_rate=rate)


@pytest.mark.parametrize(
    "command",
    [("run",), ("explain", "-w", "w11"), ("check",), ("check", "-n", "1"), ("plot", "-o", "-"), ("report", "-o", "-")],
)
def test_every_command_refuses_such_a_learning_rate(command: tuple[str, ...]) -> None:
    result = backprop(command[0], "classic", *command[1:], "--lr", "nan")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the learning rate must be a finite number, not nan" in result.stderr


def test_an_interrupted_recording_tells_of_the_whole_run() -> None:
    def interrupt(made: int) -> None:
        if made > 60:
            raise KeyboardInterrupt

    # ten frames of a hundred steps: 1, 12, …, 56, 67, …, so that this is while the seventh piece is made
    with pytest.raises(InterruptedRunError, match="after step 66 of 100") as caught:
        record(load("classic"), 100, 10, interrupt)
    reached = run(load("classic"), 66).result
    assert caught.value.reached.network.parameters.row.tolist() == reached.network.parameters.row.tolist()


def test_a_recording_that_diverges_says_what_did() -> None:
    layer = {"weights": [[0.05]], "activation": "tanh"}
    setup = load({"inputs": [10], "targets": [0], "learning_rate": 1e308, "layers": [layer]})
    with pytest.raises(DivergedError, match="a parameter is no longer a finite number at step 1: w11") as alone:
        run(setup, 20)
    with pytest.raises(DivergedError) as recorded:
        record(setup, 20, 5)
    assert str(recorded.value) == str(alone.value)
