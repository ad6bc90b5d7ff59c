"""A wrong network file gets one message that says where, what, and what was expected; several mistakes come together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program import backprop

GOOD = """inputs: [1, 2]
targets: [1]
layers:
  - weights: [[0.1, 0.2]]
"""

LAYER = "inputs: [1, 2]\ntargets: [1]\nlayers:\n"

CASES: dict[str, tuple[str, str, str]] = {
    # name: (text, place, part of the message)
    "empty": ("", "", "the file is empty"),
    "only a comment": ("# nothing\n", "", "expected a mapping"),
    "a list": ("- 1\n- 2\n", "1:1", "found a list of 2"),
    "a word": ("hello\n", "1:1", "found the text 'hello'"),
    "unclosed bracket": ("inputs: [1, 2\ntargets: [1]\n", "1:9", "this [ is never closed"),
    "two documents": (GOOD + "---\na: 1\n", "5:1", "more than one YAML document"),
    "duplicate key": ("inputs: [1]\ninputs: [2]\n", "2:1", "the key 'inputs' is given twice"),
    "duplicate weight": (LAYER + "  - weights: [{w: 1, w: 2}]\n", "4:22", "the key 'w' is given twice"),
    "unknown key": (GOOD + "learning_rte: 0.1\n", "5:1", "did you mean 'learning_rate'?"),
    "unknown layer key": (LAYER + "  - wieghts: [[1, 2]]\n", "4:5", "did you mean 'weights'?"),
    "missing layers": ("inputs: [1]\ntargets: [1]\n", "1:1", "the key 'layers' is missing"),
    "missing targets": ("inputs: [1, 2]\nlayers:\n  - weights: [[1, 2]]\n", "1:1", "the key 'targets' is missing"),
    "no layers": ("inputs: [1, 2]\ntargets: [1]\nlayers: []\n", "3:9", "at least one layer"),
    "layers no list": ("inputs: [1, 2]\ntargets: [1]\nlayers: 3\n", "3:9", "layers: expected a list"),
    "layer no mapping": (LAYER + "  - 5\n", "4:5", "layers[0]: expected a mapping"),
    "ragged weights": (LAYER + "  - weights: [[1, 2], [3]]\n", "4:23", "layers[0].weights[1]: expected 2 weights"),
    "one row": (LAYER + "  - weights: [1, 2]\n", "4:14", "expected a list of rows, found a list of 2 numbers"),
    "samples in a row": (
        "inputs: [[1], [2]]\ntargets: [1, 0]\nlayers: [{weights: [[1]]}]\n", "2:10", "one list per sample: [[1], [0]]",
    ),
    "empty row": (LAYER + "  - weights: [[]]\n", "4:15", "found an empty list"),
    "text for number": (LAYER + "  - weights: [[1, O.5]]\n", "4:19", "expected a number, found the text 'O.5'"),
    "decimal comma": (LAYER + "  - weights: [[1, '0,5']]\n", "4:19", "decimals are written with a point"),
    "one target without brackets": ("inputs: [1, 2]\ntargets: 1\n" + GOOD[28:], "2:10", "hint: write [1]"),
    "equals throughout": ("inputs = [1, 2]\ntargets = [1]\n", "1:1", "hint: a key is followed by a colon: inputs: …"),
    "layers a mapping": (LAYER + "  weights: [[1, 2]]\n", "4:3", "hint: a dash begins each layer: - weights: …"),
    "layers with names": (LAYER + "  hidden: {weights: [[1, 2]]}\n", "4:3", "leave the layers' names out"),
    "decimal comma of a named weight": (
        LAYER + "  - weights: [{w11: 0,15, w21: 0.2}]\n", "4:21",
        "expected a number, found 0,15\n      - weights: [{w11: 0,15, w21: 0.2}]\n                        ^\n"
        "    hint: decimals are written with a point: 0.15\n",
    ),
    "decimal commas with the same digits": (
        LAYER + "  - weights: [{w11: 0,15, w21: 1,15}]\n", "4:34", "hint: decimals are written with a point: 1.15",
    ),
    "decimal comma of a named bias": (
        LAYER + "  - {weights: [[1, 2]], bias: {b: -0,5}}\n", "4:35", "decimals are written with a point: -0.5",
    ),
    "decimal comma of a named input": ("inputs: {a: 0,5, b: 1}\n" + GOOD[15:], "1:13", "written with a point: 0.5"),
    "decimal commas in the first row": (
        LAYER + "  - weights: [[0,40, 0,45], [0.50, 0.55]]\n", "4:15", "expected 2 weights as in a later row, found 4",
    ),
    "decimal commas in the first sample": (
        "inputs: [[0,4, 1], [2, 3]]\ntargets: [[1], [2]]\n" + GOOD[28:], "1:10", "found 3",
    ),
    "boolean for number": (LAYER + "  - weights: [[1, true]]\n", "4:19", "expected a number, found true"),
    "null for number": (LAYER + "  - weights: [[1, ~]]\n", "4:19", "expected a number, found nothing"),
    "nan": (LAYER + "  - weights: [[1, .nan]]\n", "4:19", "only finite numbers can be computed with"),
    "infinity": (LAYER + "  - weights: [[1, -.inf]]\n", "4:19", "expected a finite number, found infinity"),
    "too large": (LAYER + "  - weights: [[1, 1e400]]\n", "4:19", "expected a finite number, found infinity"),
    "unknown activation": (LAYER + "  - {activation: sigmod, weights: [[1, 2]]}\n", "4:18", "did you mean 'sigmoid'?"),
    "unknown setting": (
        LAYER + "  - {activation: {leaky_relu: {slop: 1}}, weights: [[1, 2]]}\n", "4:32", "did you mean 'slope'?",
    ),
    "title no text": (GOOD + "title: [a]\n", "5:8", "expected a text, found a list of 1"),
    "setting of none": (LAYER + "  - {activation: {tanh: {x: 1}}, weights: [[1, 2]]}\n", "4:25", "tanh has no settings"),
    "unknown loss": (GOOD + "loss: half_squared_eror\n", "5:7", "did you mean 'half_squared_error'?"),
    "huber delta": (GOOD + "loss: {huber: {delta: 0}}\n", "5:23", "a number above 0"),
    "too few weights": ("inputs: [1, 2, 3]\n" + GOOD[15:], "4:15", "expected 3 weights in each row, found 2"),
    "too many targets": ("inputs: [1, 2]\ntargets: [1, 0]\n" + GOOD[28:], "2:10", "expected 1 target, one per output"),
    "too few samples": ("inputs: [[1, 2], [3, 4]]\ntargets: [[1]]\n" + GOOD[28:], "2:10", "expected 2 samples"),
    "ragged samples": ("inputs: [[1, 2], [3]]\ntargets: [[1], [2]]\n" + GOOD[28:], "1:18", "expected 2 numbers"),
    "bias too long": (LAYER + "  - {weights: [[1, 2]], bias: [1, 2]}\n", "4:31", "expected 1 bias"),
    "name twice": (LAYER + "  - {weights: [{w: 1, v: 2}], bias: {w: 1}}\n", "4:38", "the name 'w' is given twice"),
    "name of another": (LAYER + "  - weights: [{z1: 1, v: 2}]\n", "4:16", "the name 'z1' belongs to two quantities"),
    "output named as an input": (GOOD + "names: {outputs: [x2]}\n", "5:19", "names.outputs[0]: the name 'x2' belongs to two"),
    "loss named as an input": (GOOD + "names: {loss: x1}\n", "5:9", "names.loss: the name 'x1' belongs to two quantities"),
    "output named as a share": (
        "inputs: [1, 2]\ntargets: [1, 0]\nnames: {outputs: [y, E_y]}\nlayers: [{weights: [[1, 2], [3, 4]]}]\n",
        "3:22", "names.outputs[1]: the name 'E_y' belongs to two quantities",
    ),
    "samples named otherwise": (
        "inputs: [{a: 1, b: 2}, {a: 3, c: 4}]\ntargets: [[1], [2]]\n" + GOOD[28:], "1:24", "expected the names a, b, found a, c",
    ),
    "a name among numbers": (LAYER + "  - weights: [[1, {w: 2}]]\n", "4:19", "one mapping names them all: {a: 0.1, b: 0.2}"),
    "name with escape": (LAYER + '  - weights: [{"\\e[31m": 1, v: 2}]\n', "4:16", "a character that cannot be seen"),
    "accent as name": (LAYER + '  - weights: [{"\u0301w": 1, v: 2}]\n', "4:16", "must begin with a letter"),
    "name that leaves a blank": (LAYER + '  - weights: [{"\u3164": 1, v: 2}]\n', "4:16", "a character that cannot be seen"),
    "formula as name": (LAYER + '  - weights: [{"=1+1": 1, v: 2}]\n', "4:16", "must begin with a letter"),
    "negative steps": (GOOD + "steps: -1\n", "5:8", "a whole number of at least 0"),
    "rate as text": (GOOD + "learning_rate: fast\n", "5:16", "expected a number"),
    "nesterov alone": (GOOD + "nesterov: true\n", "5:11", "a momentum above 0"),
    "yes is no boolean": (GOOD + "shuffle: yes\n", "5:10", "expected true or false, found the text 'yes'"),
    "unknown reduction": (GOOD + "reduction: average\n", "5:12", "expected mean or sum"),
    "freeze matches nothing": (GOOD + "freeze: [w12]\n", "5:10", "did you mean 'w11'?"),
    "freeze a derivative": (GOOD + "freeze: [dE/dw11]\n", "5:10", "did you mean 'w11'?"),
    "freeze a matrix": (GOOD + "freeze: [W1]\n", "5:10", "those of layer 1 are w11, w21"),
    "freeze a layer's biases": (GOOD + "    bias: [1]\nfreeze: [b1]\n", "6:10", "those of layer 1 are b1_1"),
    "python tag": (LAYER + "  - weights: !!python/object/apply:os.system ['true']\n", "4:14", "is not understood"),
    "merge key": (LAYER + "  - {<<: 1, weights: [[1, 2]]}\n", "4:6", "unknown key '<<'"),
    "deep": ("a: " + "[" * 50 + "]" * 50 + "\n", "1:35", "nested more than 32 levels deep"),
    "alias of nothing": ("inputs: *a\n", "1:9", "the alias *a"),
    "alias bomb": (
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{n}: &{n} [{','.join([f'*{p}'] * 10)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
        "6:8", "aliases blow this file up",
    ),
    "state of another shape": (
        GOOD + "momentum: 0.9\nstate: {updates: 1, velocity: [{weights: [[1]]}]}\n", "6:42", "the shape 1 × 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_file_gets_its_place_and_its_reason(case: str, tmp_path: Path) -> None:
    text, place, message = CASES[case]
    file = tmp_path / "net.yaml"
    file.write_text(text, encoding="utf-8")
    result = backprop("run", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    first, *rest = result.stderr.splitlines()
    assert first.startswith(f"error: {file}" + (f":{place}: " if place else ""))
    assert message in result.stderr
    assert len(rest) < 12
    if place and case not in ("deep", "alias bomb"):
        line, column = (int(part) for part in place.split(":"))
        assert rest[0] == f"    {text.splitlines()[line - 1]}".rstrip()
        assert rest[1].index("^") == 3 + column


def test_a_mistake_does_not_hide_that_nesterov_needs_a_momentum() -> None:
    result = backprop("run", "-", stdin=GOOD + "nesterov: true\nreduction: average\nloss: what\n")
    assert [line.split(": ")[1] for line in result.stderr.splitlines() if "<stdin>:" in line][1:] == [
        "reduction",
        "loss",
    ]
    assert "a momentum above 0" in result.stderr


def test_an_output_given_twice_is_said_once() -> None:
    text = "inputs: [1]\ntargets: [1, 2]\nnames: {outputs: [y, y]}\nlayers: [{weights: [[1], [2]]}]\n"
    result = backprop("run", "-", stdin=text)
    assert result.stderr.count("belongs to two quantities") == 1
    assert result.stderr.startswith("error: <stdin>:3:22: names.outputs[1]: the name 'y'")


def test_samples_are_matched_by_their_names() -> None:
    layers = "layers: [{weights: [[1, 10]]}]\n"
    one = backprop(
        "run", "-", "-f", "json", stdin="inputs: [{a: 1, b: 2}, {b: 4, a: 3}]\ntargets: [[1], [2]]\n" + layers
    )
    other = backprop(
        "run", "-", "-f", "json", stdin="inputs: [{a: 1, b: 2}, {a: 3, b: 4}]\ntargets: [[1], [2]]\n" + layers
    )
    assert one.json == other.json


def test_several_mistakes_are_reported_together_in_the_order_of_the_text() -> None:
    text = LAYER + "  - {activation: sigmod, weights: [[1, x]]}\nsteps: -1\nlose: 3\n"
    result = backprop("run", "-", stdin=text)
    heads = [line for line in result.stderr.splitlines() if "<stdin>:" in line]
    assert [head.partition("<stdin>:")[2].split(": ")[0] for head in heads] == ["4:18", "4:40", "5:8", "6:1"]


TANGLED = """\
titel: x
inputs: [[1, 2], [3, 4]]
targets: [[1], [2]]
batch_size: 0
freeze: [wxx]
state: {updates: -1}
layers:
  - activation: sigmod
    weights: [[0.1, 0.2], [0.3, 0.4]]
  - weights: [[1, 2]]
    bais: 2
"""


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (TANGLED, ["titel", "batch_size", "freeze[0]", "state.updates", "layers[0].activation", "layers[1].bais"]),
        (
            TANGLED.replace("[[1], [2]]", "[[1]]").replace("0.2]", "0.2, 5]").replace("0.4]", "0.4, 6]"),
            ["titel", "targets", "batch_size", "layers[0].activation", "layers[0].weights[0]", "layers[1].bais"],
        ),
        (
            "inputs: {x: 1, y: 2}\ntargets: {x: 1}\nlayers: [{weights: [{x: 1, z1: 2}], bias: {E: 1}}]\n",
            ["targets.x", "layers[0].weights[0].x", "layers[0].weights[0].z1", "layers[0].bias.E"],
        ),
    ],
    ids=["training", "shapes", "names"],
)
def test_one_mistake_hides_no_other_that_does_not_hang_on_it(text: str, keys: list[str]) -> None:
    errors = backprop("run", "-", stdin=text).stderr
    places = [line.removeprefix("error: ").split(": ")[1] for line in errors.splitlines() if "<stdin>:" in line]
    assert places == keys


def test_all_keys_given_twice_are_named() -> None:
    text = "inputs: {a: 1, a: 2}\ntargets: {b: 1, b: 2}\nlayers: [{weights: [[1]]}]\n"
    errors = backprop("run", "-", stdin=text).stderr
    assert "<stdin>:1:16: the key 'a' is given twice" in errors
    assert "<stdin>:2:17: the key 'b' is given twice" in errors


def test_thousands_of_mistakes_are_counted_not_listed() -> None:
    result = backprop("run", "-", stdin=LAYER + "  - weights: [[" + ", ".join(["x"] * 5000) + "]]\n")
    assert len(result.stderr.splitlines()) < 90
    assert "and 4,980 more problems" in result.stderr


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"inputs": [1, 2],\n "targets": [1],\n\t"layers": [{"weights": [[1, "2"]]}]}', "3:30", "expected a number"),
        ('{"inputs": [1, 2],\n "inputs": 3}', "2:2", "given twice"),
        ('{"inputs": [1, 2],\n "targets": [1}', "2:15", "not valid JSON"),
        ('{"inputs": [NaN, 2], "targets": [1], "layers": [{"weights": [[1, 2]]}]}', "1:13", "finite"),
        ("[" * 200_000 + "]" * 200_000, "", "nested too deeply"),
    ],
)
def test_json_errors_have_a_place_too(text: str, place: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text(text, encoding="utf-8")
    result = backprop("run", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {file}:{place}")
    assert message in result.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bytes(range(128, 256)), "not valid UTF-8"),
        (b"a: 1\n\x00b: 2\n", "control character U+0000"),
        (b"a: \x1b[31m\n", "control character U+001B"),
    ],
)
def test_a_binary_file_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_bytes(content)
    result = backprop("run", str(file))
    assert (result.exit_code, "\x1b" in result.stderr) == (2, False)
    assert message in result.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_byte_order_marks_and_dos_line_ends_are_read(encoding: str, newline: str, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_bytes(GOOD.replace("\n", newline).encode(encoding))
    assert backprop("run", str(file), "-f", "json").json["forward"]["z1"] == 0.5


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    assert "this is a folder" in backprop("run", str(tmp_path)).stderr
    (tmp_path / "network.yaml").write_text(GOOD, encoding="utf-8")
    missing = backprop("run", str(tmp_path / "netwrk.yaml"))
    assert (missing.exit_code, "did you mean 'network.yaml'?" in missing.stderr) == (2, True)
    assert "did you mean 'classic'?" in backprop("run", "clasic").stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["run", "classic", "--sample", "2"], "there is no sample 2: the file has 1 sample"),
        (["run", "classic", "--show-step", "3"], "there is no step 3 to show: the run has 1 step"),
        (["run", "classic", "-o", "net.txt"], "must end in .yaml, .yml or .json"),
        (["run", "classic", "--history", "-", "-o", "-"], "would both be written to standard output"),
        (["run", "classic", "xor", "-f", "json"], "-f json takes one network"),
        (["run", "classic", "xor", "-f", "csv"], "-f csv takes one network"),
        (["run", "classic", "xor", "-o", "net.yaml"], "--output takes one network"),
        (["run", "classic", "xor", "--history", "h.csv"], "--history takes one network"),
        (["run", "classic", "clasic"], "did you mean 'classic'?"),
        (["run", "classic", "xor", "--sample", "2"], "there is no sample 2: the file has 1 sample"),
        (["run", "classic", "-i"], "--in-place needs a CONFIG that is a file"),
        (["run", "classic", "--lr", "nan"], "a finite number"),
        (["run", "classic", "-n", "-1"], "a whole number of at least 0"),
        (["run", "classic", "--frmat", "json"], "--format"),
        (["explain", "classic", "w31", "--all"], "give names, or --all, not both"),
        (["explain", "classic", "b9"], "did you mean 'b2'?"),
        (["explain", "w99"], "unknown parameter 'w99'"),
        (["explain", "clasic"], "did you mean 'classic'?"),
        (["explain", "nothere.yaml", "w31"], "nothere.yaml: there is no such file"),
        (["explain", "classic", "--weight", "w13"], "did you mean 'w12'?"),
        (["explain", "classic", "--weight", "W2[3,1]"], "unknown parameter"),
        (["examples", "mazurr"], "did you mean 'mazur'?"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(args: list[str], message: str) -> None:
    result = backprop(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


@pytest.mark.parametrize(("title", "columns"), [("ab", 2), ("中文", 4), ("e\u0301", 1)])
def test_the_caret_stands_under_the_value_whatever_stands_before_it(title: str, columns: int) -> None:
    result = backprop("run", "-", stdin=f"{{title: '{title}', loss: what}}")
    *_, caret = (line for line in result.stderr.splitlines() if line.strip() == "^")
    assert caret.index("^") == 4 + len("{title: '', loss: ") + columns
