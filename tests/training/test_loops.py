"""Whatever runs the loop, the numbers are those of the plain loop over forward and backward."""

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_cli.api import load
from backprop_cli.derivation.partials import Derivation
from backprop_cli.errors import DivergedError, InterruptedRunError, UsageError
from backprop_cli.forward import total_loss
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup
from backprop_cli.training.loops import choice
from backprop_cli.training.loops.choice import array_cost, choose, is_small, scalar_cost
from backprop_cli.training.loops.compiled import is_installed
from backprop_cli.training.loops.state import NO_LOSS, Advance, State, setup_at, state_of
from backprop_cli.training.loops.straight import StraightLoop
from backprop_cli.training.train import train
from backprop_cli.update import Step, make_update

HAS_NUMBA = pytest.mark.skipif(not is_installed(), reason="no Numba")
ENGINES = ["array", "scalar"]
STEPS = 10_000


def network(
    activation: Any = "sigmoid",
    loss: Any = "half_squared_error",
    widths: tuple[int, ...] = (2, 3, 2),
    samples: int = 1,
    bias: str = "own",
    output: Any = None,
    **settings: Any,
) -> Setup:
    """A small network with weights that keep away from kinks and saturation, and positive targets that add up to 1."""
    rng = np.random.default_rng(5)
    layers: list[dict[str, Any]] = []
    for index, (sources, units) in enumerate(pairwise(widths)):
        is_last = index == len(widths) - 2
        layer: dict[str, Any] = {"activation": (output or activation) if is_last else activation}
        layer["weights"] = rng.uniform(0.2, 0.7, (units, sources)).tolist()
        if bias != "none":
            layer["bias"] = rng.uniform(0.1, 0.3, units).tolist() if bias == "own" else 0.2
        layers.append(layer)
    targets = rng.dirichlet(np.full(widths[-1], 5.0), samples)
    inputs = rng.uniform(0.1, 0.9, (samples, widths[0]))
    data = {
        "layers": layers,
        "loss": loss,
        "inputs": inputs.tolist(),
        "targets": targets.tolist(),
        "learning_rate": 1e-3,
    }
    return load({**data, **settings})


def plain_steps(setup: Setup, steps: int) -> Iterator[Step]:
    """The updates of the plain passes, one after the other."""
    for number in range(1, steps + 1):
        step = make_update(setup, number)
        yield step
        setup = Setup(setup.title, step.after, setup.samples, setup.schedule, setup.updates + 1, step.velocity_after)


def plainly(setup: Setup, steps: int) -> Array:
    """All parameters after `steps` updates of the plain passes."""
    *_, last = plain_steps(setup, steps)
    return last.after.parameters.row


def by_engine(setup: Setup, steps: int, name: str) -> Array:
    result = train(setup, steps, engine=name)
    assert result.engine == name
    return np.asarray(result.result.network.parameters.row)


# ── agreement ─────────────────────────────────────────────────────────────────────────────────────────────────────────


ELEMENTWISE = [name for name in ACTIVATIONS if name != "softmax"]
CASES: dict[str, dict[str, Any]] = {
    **{name: {"activation": name} for name in ELEMENTWISE},
    "softmax inside": {"activation": "softmax"},
    "one linear layer": {"activation": "linear", "widths": (2, 3)},
    "three layers": {"widths": (2, 3, 2, 3)},
    "leaky, steep": {"activation": {"leaky_relu": {"slope": 0.3}}},
    "elu, deep": {"activation": {"elu": {"alpha": 0.7}}},
    **{name: {"loss": name} for name in LOSSES},
    **{f"{name} above softmax": {"loss": name, "output": "softmax"} for name in LOSSES},
    **{f"{name} above linear": {"loss": name, "activation": "linear"} for name in ("huber", "log_cosh", "cross_entropy")},
    "three layers below a closed form": {"widths": (2, 3, 2, 3), "loss": "cross_entropy", "output": "softmax"},
    "narrow huber": {"loss": {"huber": {"delta": 0.05}}},
    "no bias": {"bias": "none"},
    "shared bias": {"bias": "shared"},
    "momentum": {"momentum": 0.9},
    "dampened": {"momentum": 0.8, "dampening": 0.3},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "decay": {"weight_decay": 0.01},
    "decay of weights": {"weight_decay": {"weights": 0.02, "biases": 0}, "bias": "shared"},
    "frozen": {"freeze": ["w11", "b*"], "momentum": 0.5},
    "all samples": {"samples": 5},
    "all samples, sum": {"samples": 5, "reduction": "sum", "bias": "shared"},
    "in order": {"samples": 5, "batch_size": 1},
    "batches": {"samples": 5, "batch_size": 2, "momentum": 0.5},
    "shuffled": {"samples": 5, "batch_size": 2, "shuffle": True, "seed": 3},
    "everything": {"samples": 4, "batch_size": 3, "shuffle": True, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-3,
                   "bias": "shared", "loss": "cross_entropy", "output": "softmax", "freeze": ["w12"]},
}  # fmt: skip
UNCOVERED = {"binary_cross_entropy above softmax"}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_scalar_and_array_code_agree_after_ten_thousand_steps(case: str) -> None:
    setup = network(**CASES[case])
    if case in UNCOVERED:
        with pytest.raises(UsageError, match="no scalar form"):
            train(setup, 1, engine="scalar")
        return
    np.testing.assert_allclose(
        by_engine(setup, STEPS, "scalar"), by_engine(setup, STEPS, "array"), rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_does_what_the_plain_loop_does(case: str, name: str) -> None:
    if case in UNCOVERED and name != "array":
        pytest.skip("not covered by scalar code")
    setup = network(**CASES[case])
    np.testing.assert_allclose(by_engine(setup, 60, name), plainly(setup, 60), rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("widths", [(784, 128, 10), (20, 50, 10)])
def test_large_networks_are_trained_as_by_the_plain_loop(widths: tuple[int, ...]) -> None:
    setup = network(widths=widths, samples=3)
    result = train(setup, 5)
    assert result.engine == "array"
    np.testing.assert_allclose(result.result.network.parameters.row, plainly(setup, 5), rtol=1e-12, atol=1e-16)


@HAS_NUMBA
@pytest.mark.parametrize("case", ["sigmoid", "tanh", "gelu", "batches", "everything"])
def test_compiled_code_agrees_with_python_bit_for_bit(
    case: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    setup = network(**CASES[case])
    assert by_engine(setup, STEPS, "compiled").tolist() == by_engine(setup, STEPS, "scalar").tolist()


@HAS_NUMBA
def test_compiled_code_is_kept_for_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    by_engine(network(), 10, "compiled")
    assert list(tmp_path.rglob("loop_*.py")) and list(tmp_path.rglob("*.nbc"))


def test_only_a_long_run_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "is_installed", lambda: True)
    assert [choose(network(), steps).name for steps in (1, 10_000, 10**8)] == ["scalar", "scalar", "compiled"]


def test_what_compiling_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "is_installed", lambda: False)
    with pytest.raises(UsageError, match="--engine compiled needs Numba: pip install numba"):
        choose(network(), 1, "compiled")
    assert choose(network(), 10**8).name == "scalar"


def test_a_large_network_is_not_compiled() -> None:
    with pytest.raises(UsageError, match="more than 10,000 parameters take minutes to compile"):
        choose(network(widths=(100, 100, 10)), 1, "compiled")


# ── three runs of one step are one run of three ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ["auto", "array", "scalar"])
@pytest.mark.parametrize(
    "case", ["sigmoid", "gelu", "nesterov", "decay", "frozen", "all samples", "shuffled", "everything"]
)
def test_a_run_in_pieces_ends_in_the_same_bits(case: str, engine: str) -> None:
    setup = network(**CASES[case])
    whole = train(setup, 7, engine=engine)
    current, engines = setup, set()
    for steps in (1, 1, 3, 2):
        piece = train(current, steps, engine=engine)
        current = piece.result
        engines.add(piece.engine)
    assert engines == {whole.engine}
    assert current.network.parameters.row.tolist() == whole.result.network.parameters.row.tolist()


def test_a_large_network_in_pieces_ends_in_the_same_bits() -> None:
    setup = network(widths=(30, 40, 10), samples=3, momentum=0.5)
    whole, current = train(setup, 5).result, setup
    for steps in (1, 3, 1):
        current = train(current, steps).result
    assert current.network.parameters.row.tolist() == whole.network.parameters.row.tolist()


@pytest.mark.parametrize("case", ["sigmoid", "momentum", "everything"])
def test_which_step_is_shown_changes_nothing(case: str) -> None:
    setup = network(**CASES[case])
    ends = {tuple(train(setup, 9, show_step=shown).result.network.parameters.row) for shown in (1, 2, 5, 9)}
    assert len(ends) == 1


def test_the_shown_step_follows_from_its_own_records() -> None:
    result = train(network(), 50, show_step=20)
    step = result.shown
    assert step.number == 20 and step.changes is not None
    moved = step.before.parameters.row + step.changes.row
    np.testing.assert_allclose(step.after.parameters.row, moved, rtol=1e-15)
    assert (-1e-3 * step.gradients.row).tolist() == step.changes.row.tolist()


def test_the_plain_loop_takes_the_closed_form_of_a_saturated_output() -> None:
    """∂E/∂o · ∂o/∂z would be infinity times 0 there; o − t is 1."""
    setup = load(
        {
            "loss": "binary_cross_entropy",
            "inputs": [1],
            "targets": [0],
            "layers": [{"weights": [[1]]}, {"activation": "sigmoid", "weights": [[800]]}],
        }
    )
    assert total_loss(setup.network, setup.samples, "mean") == pytest.approx(800.0)
    assert make_update(setup).gradients.row.tolist() == [800.0, 1.0]


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "cross_entropy", "kl_divergence"])
def test_the_slope_of_a_saturated_output_keeps_its_digits(loss: str) -> None:
    layers = [{"activation": "sigmoid", "weights": [[30.0], [-30.0]]}]
    setup = load({"inputs": [1], "targets": [0.25, 1], "loss": loss, "layers": layers})
    right = 0.75 * (1 + math.exp(30)) if loss == "binary_cross_entropy" else 0.0
    wanted = [right - 0.25 * (1 + math.exp(-30)), -(1 + math.exp(30))]
    assert Derivation(setup.network, setup.samples).upstream[-1] == pytest.approx(wanted, rel=1e-14)


@pytest.mark.parametrize("bias", ["none", "shared", "own"])
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_as_many_partials_are_counted_as_there_are(bias: str, output: str) -> None:
    setup = network(widths=(2, 3, 4), bias=bias, output=output)
    derivation = Derivation(setup.network, setup.samples.only(0))
    assert [derivation.count(layer) for layer in (0, 1)] == [len(list(derivation.layer(layer))) for layer in (0, 1)]


def test_scalar_code_works_with_pythons_own_numbers_however_large_the_network() -> None:
    """NumPy's scalars would warn of an overflow, and take several times as long."""
    setup = network(widths=(60, 30, 10), samples=1)
    engine = StraightLoop(setup)
    seen: set[type] = set()

    def loop(p: list[float], *_: Any) -> float:
        seen.update(map(type, p))
        return 0.0

    engine._loops[False] = loop
    engine.advance(state_of(setup), 1)
    assert seen == {float}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_of_a_loop_is_that_of_the_plain_passes(loss: str, reduction: str, engine: str) -> None:
    setup = network(samples=5, loss=loss, reduction=reduction)
    result = train(setup, 1, engine=engine)
    assert result.history[0] == pytest.approx(total_loss(setup.network, setup.samples, reduction), rel=1e-13)


# ── the choice ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_arithmetic_is_chosen_by_the_file_alone() -> None:
    small, large = network(), network(widths=(20, 50, 10))
    for steps in (1, 1000, 10**9):
        assert choose(small, steps).name in ("scalar", "compiled")
        assert choose(large, steps).name == "array"
    assert is_small(small) and not is_small(large)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(UsageError, match="no engine 'fastest'"):
        choose(network(), 1, "fastest")


# ── divergence ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    ("case", "rate"),
    [
        ({"activation": "linear"}, 40.0),
        ({"activation": "linear", "samples": 3, "batch_size": 1}, 30.0),
        ({"activation": "linear", "loss": "squared_error", "momentum": 0.9}, 3.0),
        ({"activation": "linear", "loss": "binary_cross_entropy"}, 0.5),
        ({"activation": "softplus", "output": "linear", "samples": 2}, 10.0),
    ],
)
def test_divergence_is_reported_at_its_very_step(name: str, case: dict[str, Any], rate: float) -> None:
    setup = network(**case).with_schedule(learning_rate=rate)
    wanted = next(number for number, loss in _losses(setup) if not np.isfinite(loss))
    with pytest.raises(DivergedError) as caught:
        train(setup, 5000, engine=name)
    assert caught.value.step == wanted
    assert "layer" in caught.value.culprit or "is not finite" in caught.value.culprit


def _losses(setup: Setup) -> Iterator[tuple[int, float]]:
    """The loss that each number of updates leads to, by the plain loop."""
    for step in plain_steps(setup, 5000):
        batch = setup.samples.batch(step.batch)
        yield step.number - 1, total_loss(step.before, batch, setup.schedule.reduction)


@pytest.mark.parametrize(
    ("given", "culprit"),
    [
        ({"loss": "cross_entropy", "targets": [0.5, 0.5], "inputs": [1, -3]}, "cross_entropy of o2 = -3 is not finite, sample 1"),
        ({"inputs": [[1, 1], [1, 1e200]], "targets": [[1, 1], [1, 1]]},
         "half_squared_error of o2 = 1e+200 is not finite, sample 2"),
        ({"loss": "squared_error", "inputs": [1e154, 1e154], "targets": [0, 0]}, "E = inf over the samples"),
        ({"layers": [{"weights": [[1, 0], [1, 1e200]]}], "inputs": [1, 1e200]}, "z2 (unit 2 of layer 1) is inf, sample 1"),
    ],
)  # fmt: skip
def test_a_loss_that_is_not_finite_before_the_first_update_names_its_culprit(
    given: dict[str, Any], culprit: str
) -> None:
    identity = [{"weights": [[1, 0], [0, 1]]}]
    with pytest.raises(DivergedError) as caught:
        train(load({"layers": identity, "targets": [0, 0], **given}))
    assert (caught.value.step, caught.value.culprit) == (0, culprit)
    assert caught.value.hint.startswith("nothing was updated yet")


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("show_step", [1, 4, 5])
def test_divergence_in_the_shown_step_and_around_it_is_that_of_the_loop(name: str, show_step: int) -> None:
    setup = load({"layers": [{"weights": [[1]]}], "inputs": [1e60], "targets": [0], "learning_rate": 1})
    wanted = next(number for number, loss in _losses(setup) if not np.isfinite(loss))
    with pytest.raises(DivergedError) as caught:
        train(setup, 5, show_step, engine=name)
    assert caught.value.step == wanted < 5
    assert "smaller learning rate" in caught.value.hint


@pytest.mark.parametrize("name", ["array", "scalar"])
def test_huge_numbers_that_stay_finite_are_no_divergence(name: str) -> None:
    setup = network("linear", "mean_absolute_error", widths=(2, 2)).with_schedule(learning_rate=1e120)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(by_engine(setup, 8, name), plainly(setup, 8), rtol=1e-12)


# ── the loss on its way ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_history_of_a_long_run_is_thinned_and_that_of_a_short_one_whole() -> None:
    setup = network(learning_rate=0.5)
    plain = [total_loss(step.before, setup.samples, "mean") for step in plain_steps(setup, 2500)]
    short, long, every = train(setup, 600), train(setup, 2500), train(setup, 2500, every_loss=True)
    np.testing.assert_allclose(short.history[:-1], plain[:600], rtol=1e-11, atol=1e-18)
    np.testing.assert_allclose(every.history[:-1], plain, rtol=1e-11, atol=1e-18)
    assert len(long.history) == len(long.history_steps) <= 152
    assert long.history_steps[0] == 0 and long.history_steps[-1] == 2500
    np.testing.assert_allclose(long.history[:-1], np.array(plain)[long.history_steps[:-1]], rtol=1e-11, atol=1e-18)
    assert long.history[-1] == long.loss_after == every.loss_after


@pytest.mark.parametrize(("steps", "kept"), [(1, 2), (1000, 1001), (1001, 144), (1051, 133)])
def test_more_than_a_thousand_losses_are_thinned(steps: int, kept: int) -> None:
    result = train(network(), steps)
    assert len(result.history) == len(result.history_steps) == kept


def test_the_loop_comes_up_for_air_at_even_times_however_long_an_update_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0

    class Timed(StraightLoop):
        def advance(self, state: State, count: int, kept: range = NO_LOSS) -> Advance:
            nonlocal clock
            clock += count * (0.001 if state.updates < 200 else 0.01)
            return super().advance(state, count, kept)

    monkeypatch.setattr("backprop_cli.training.train.FIRST_CHUNK", 40)
    monkeypatch.setattr("backprop_cli.training.train.choose", lambda setup, *_: Timed(setup))
    monkeypatch.setattr("backprop_cli.training.train.time.perf_counter", lambda: clock)
    told = [0]
    setup = network(widths=(2, 2, 2), samples=3)
    train(setup, 300, on_progress=told.append)
    assert setup.network.parameter_count == 12  # of 40 parameters times samples that is one update
    assert np.diff(told).tolist() == [1, 2, 4, 8, 16, *[32] * 7, 16, 8, 8, 8, 4, 1]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.025, [4, 4, 4]),  # half of what a chunk should take
        (0.024, [4, 8, 12]),
        (0.02, [4, 8, 12]),
        (0.1, [4, 4, 4]),  # twice that
        (0.101, [4, 2, 1, 1, 1]),
        (0.14, [4, 2, 1, 1, 1]),
    ],
)
def test_chunks_grow_when_they_take_less_than_half_and_shrink_from_twice_their_time(
    monkeypatch: pytest.MonkeyPatch, seconds: float, told: list[int]
) -> None:
    clock = 0.0

    class Timed(StraightLoop):
        def advance(self, state: State, count: int, kept: range = NO_LOSS) -> Advance:
            nonlocal clock
            clock += seconds
            return super().advance(state, count, kept)

    monkeypatch.setattr("backprop_cli.training.train.FIRST_CHUNK", 4 * 12 * 3)
    monkeypatch.setattr("backprop_cli.training.train.choose", lambda setup, *_: Timed(setup))
    monkeypatch.setattr("backprop_cli.training.train.time.perf_counter", lambda: clock)
    reports = [0]
    count = sum(told) + 1
    train(network(widths=(2, 2, 2), samples=3), count, on_progress=reports.append)
    assert np.diff(reports).tolist() == [*told, 1]


def test_progress_is_told_up_to_the_last_step() -> None:
    told: list[int] = []
    train(network(), 50, 20, on_progress=told.append)
    assert told == sorted(set(told)) and told[-1] == 50 and {19, 20} <= set(told)


@pytest.mark.parametrize("show_step", [None, 1, 2, 1700])
def test_the_history_does_not_depend_on_the_step_that_is_shown(show_step: int | None) -> None:
    setup = network(momentum=0.5)
    result = train(setup, 2500, show_step)
    assert result.history.tolist() == train(setup, 2500).history.tolist()
    assert np.all(np.diff(result.history_steps) > 0)


# ── an interrupt ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["array", "scalar"])
def test_an_interrupted_run_holds_the_weights_of_the_step_it_reports(name: str) -> None:
    setup = network(learning_rate=0.1)

    def interrupt(made: int) -> None:
        if made > 20:
            raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError) as caught:
        train(setup, 10**9, on_progress=interrupt, engine=name)
    made = caught.value.made
    assert 20 < made < 10**7
    expected = choose(setup, 1, name).advance(state_of(setup), made)[0]
    assert caught.value.reached.network.parameters.row.tolist() == expected.parameters.tolist()
    assert caught.value.reached.updates == made
    assert setup_at(setup, expected).updates == made


def test_ctrl_c_stops_at_once_and_writes_the_network_it_reached(tmp_path: Path) -> None:
    output = tmp_path / "reached.json"
    command = [sys.executable, "-m", "backprop_cli", "run", "classic", "-n", "1000000000", "-o", str(output)]
    leader, follower = pytest.importorskip("pty").openpty()
    process = subprocess.Popen([*command, "--engine", "scalar"], stderr=follower)
    os.close(follower)
    seen = b""
    while b"step" not in seen:  # the progress line of a run that is well under way
        seen += os.read(leader, 1000)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    while b" of 1,000,000,000\r\n" not in seen:
        seen += os.read(leader, 1000)
    os.close(leader)
    stderr = seen.decode()
    made = int(stderr.rpartition("interrupted after step ")[2].partition(" of ")[0].replace(",", ""))
    assert made > 1000
    reached = load(str(output))
    assert json.loads(output.read_text())["layers"]
    again = train(load("classic"), made).result
    assert reached.network.parameters.row.tolist() == again.network.parameters.row.tolist()


def test_a_step_that_is_not_there_is_told_with_how_many_there_are() -> None:
    setup = network()
    for steps, told in ((0, "0 steps"), (1, "1 step$"), (2, "2 steps")):
        with pytest.raises(UsageError, match=f"no step 7 to show: the run has {told}"):
            train(setup, steps, 7)


def test_a_loss_that_the_first_batch_does_not_see_is_refused_before_any_step() -> None:
    """E over both samples is infinite, that of the first alone is not."""
    setup = load({
        "inputs": [[1], [-1]], "targets": [[1], [1]], "loss": "cross_entropy", "batch_size": 1, "learning_rate": 0,
        "layers": [{"weights": [[0.5]], "activation": "relu"}],
    })  # fmt: skip
    with pytest.raises(DivergedError, match="at step 0"):
        train(setup, 1)


def test_an_overflow_after_an_earlier_run_is_counted_from_this_ones_start() -> None:
    layer = {"weights": [[0.05]], "activation": "tanh"}
    setup = load({
        "inputs": [10], "targets": [0], "learning_rate": 1e308, "batch_size": 1, "state": {"updates": 3}, "layers": [layer],
    })  # fmt: skip
    with pytest.raises(DivergedError, match="at step 1: w11"):
        train(setup, 5)


def test_a_deep_network_of_many_parameters_is_not_written_out_as_code() -> None:
    few, many = (network(widths=(3,) * depth) for depth in (100, 500))
    assert scalar_cost(many) < array_cost(many)
    assert [train(setup, 1).engine for setup in (few, many)] == ["scalar", "array"]
