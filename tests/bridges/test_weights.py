"""Weights alone, as PyTorch and NumPy save them: in a network file, imported, exported; and never a pickle."""

from __future__ import annotations

import io
import json
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.errors import InputError
from backprop_cli.files.tensors import npz_bytes, read_arrays, safetensors_bytes
from tests.program import backprop

LAYERS = [{"activation": "tanh"}, {"activation": "sigmoid"}]


def network(folder: Path, **keys: Any) -> str:
    file = folder / "net.json"
    file.write_text(json.dumps({"inputs": [0.1, 0.2, 0.3], "targets": [1, 0], **keys}), encoding="utf-8")
    return str(file)


def torch_model() -> Any:
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2), torch.nn.Sigmoid())


@pytest.mark.parametrize("suffix", ["safetensors", "npz"])
def test_a_state_dict_is_read_bit_for_bit(suffix: str, tmp_path: Path) -> None:
    model = torch_model()
    path = tmp_path / f"model.{suffix}"
    if suffix == "npz":
        np.savez(path, **{name: values.numpy() for name, values in model.state_dict().items()})
    else:
        pytest.importorskip("safetensors.torch").save_file(model.state_dict(), path)
    setup = load(network(tmp_path, weights=path.name, layers=LAYERS))
    assert [layer.weights.tolist() for layer in setup.network.layers] == [
        model[0].weight.tolist(),
        model[2].weight.tolist(),
    ]
    assert [layer.bias.tolist() for layer in setup.network.layers if layer.bias is not None] == [
        model[0].bias.tolist(),
        model[2].bias.tolist(),
    ]
    file = str(tmp_path / "net.yaml")
    options = ("--activation", "tanh", "--output-activation", "sigmoid", "--loss", "binary_cross_entropy")
    assert backprop("import", str(path), *options, "-o", file).exit_code == 0
    assert load(file).network.parameters.row.tolist() == setup.network.parameters.row.tolist()


@pytest.mark.parametrize("suffix", ["safetensors", "npz"])
def test_pytorch_loads_what_we_export(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"classic.{suffix}"
    assert backprop("export", "classic", "--to", suffix, "-o", str(path)).exit_code == 0
    torch = pytest.importorskip("torch")
    if suffix == "npz":
        with np.load(path) as arrays:
            state = {name: torch.from_numpy(arrays[name]) for name in arrays}
    else:
        state = pytest.importorskip("safetensors.torch").load_file(path)
    nn = torch.nn
    model = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 2), nn.Sigmoid()).double()
    model.load_state_dict(state)
    output = model(torch.tensor([0.05, 0.1], dtype=torch.float64))
    assert output.tolist() == pytest.approx([0.7513650695523157, 0.7729284653214625], rel=1e-15)  # Mazur's post


def test_many_weights_stand_in_a_file_beside_the_network(tmp_path: Path) -> None:
    stream = np.random.RandomState(0)
    arrays = {"fc1.weight": stream.standard_normal((60, 50)), "fc2.weight": stream.standard_normal((3, 60))}
    (tmp_path / "m.npz").write_bytes(npz_bytes(arrays))
    file = str(tmp_path / "net.yaml")
    result = backprop(
        "import", str(tmp_path / "m.npz"), "--activation", "tanh", "--output-activation", "linear", "-o", file
    )
    assert result.stderr == f"wrote {file} and {tmp_path / 'net.safetensors'}\n"
    assert len(Path(file).read_text(encoding="utf-8")) < 1000
    rows = [layer.weights.tolist() for layer in load(file).network.layers]
    assert rows == [arrays["fc1.weight"].tolist(), arrays["fc2.weight"].tolist()]
    assert "say where with -o FILE.yaml" in backprop("import", str(tmp_path / "m.npz")).stderr


def test_layers_are_ordered_as_numbers_or_as_they_follow_one_another(tmp_path: Path) -> None:
    arrays = {f"{name}.weight": np.ones(shape) for name, shape in (("10", (1, 5)), ("2", (5, 3)))}
    (tmp_path / "m.npz").write_bytes(npz_bytes(arrays))
    assert load(network(tmp_path, weights="m.npz", layers=LAYERS, targets=[1])).network.names.widths == (3, 5, 1)
    arrays = {f"{name}.weight": np.ones(shape) for name, shape in (("head", (1, 5)), ("trunk", (5, 3)))}
    (tmp_path / "m.npz").write_bytes(npz_bytes(arrays))
    assert load(network(tmp_path, weights="m.npz", layers=LAYERS, targets=[1])).network.names.widths == (3, 5, 1)


def test_one_layer_may_read_its_own_weights(tmp_path: Path) -> None:
    (tmp_path / "one.safetensors").write_bytes(safetensors_bytes({"weight": np.array([[1.0, 2.0, 3.0]])}))
    layers = [{"weights": "one.safetensors"}, {"weights": [[4], [5]]}]
    assert load(network(tmp_path, layers=layers)).network.parameters.row.tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("suffix", ["pt", "pkl", "safetensors", "npz", "onnx", "skops"])
def test_a_pickle_under_any_name_is_never_read(suffix: str, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "exploded",)

    path = tmp_path / f"model.{suffix}"
    path.write_bytes(pickle.dumps({"0.weight": Bomb()}))
    if suffix == "onnx":
        pytest.importorskip("onnx")
    result = backprop("import", str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert not (tmp_path / "exploded").exists()
    if suffix != "skops":
        assert "save_file(model.state_dict(), 'model.safetensors')" in result.stderr


def test_what_torch_itself_saved_is_recognised(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    torch.save(torch_model().state_dict(), tmp_path / "model.npz")
    assert "Save the weights in a safe form" in backprop("import", str(tmp_path / "model.npz")).stderr


def header(text: str, body: bytes = b"") -> bytes:
    return struct.pack("<Q", len(text)) + text.encode() + body


GOOD = safetensors_bytes({"0.weight": np.ones((2, 3))})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD[:-8], "the array lies outside of the file"),
        (GOOD[:20], "neither a whole .safetensors file nor an .npz file"),
        (
            header('{"w": {"dtype": "F64", "shape": [99999, 99999], "data_offsets": [0, 8]}}', b"\0" * 8),
            "99999 × 99999",
        ),
        (
            header('{"w": {"dtype": "F64", "shape": [-1, -1], "data_offsets": [0, 8]}}', b"\0" * 8),
            "shape cannot be read",
        ),
        (header('{"w": {"dtype": "F8", "shape": [1], "data_offsets": [0, 1]}}', b"\0"), "'F8' are not read"),
        (header("{" + "[" * 5000), "is no JSON"),
        (
            header(
                "{" + ",".join(f'"{n}": {{"dtype": "U8", "shape": [8], "data_offsets": [0, 8]}}' for n in "abc") + "}",
                GOOD[-8:],
            ),
            "its arrays lie upon one another",
        ),
        (struct.pack("<Q", 2**60) + b"{}", "neither a whole"),
        (npz_bytes({"a": np.ones(5)})[:60], "no whole .npz file"),
        (b"", "neither a whole"),
    ],
)
def test_a_hostile_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_arrays(content, "m")
    assert message in str(caught.value)


def test_an_array_of_objects_is_a_pickle_and_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", w=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="objects are pickles"):
        read_arrays((tmp_path / "m.npz").read_bytes(), "m.npz")


def test_layers_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(npz_bytes({"0.weight": np.ones((2, 3)), "2.weight": np.ones((2, 3))}))
    result = backprop("run", network(tmp_path, weights="m.npz", layers=LAYERS))
    assert (result.exit_code, "the layers do not follow one another" in result.stderr) == (2, True)
    assert "m.bin: the name does not say what kind of model it is" in backprop("import", _empty(tmp_path)).stderr


def _empty(folder: Path) -> str:
    (folder / "m.bin").write_bytes(b"x")
    return str(folder / "m.bin")


def test_an_archive_that_unpacks_to_a_thousand_times_its_size_is_refused() -> None:
    stream = io.BytesIO()
    np.savez_compressed(stream, w=np.zeros((4096, 4096)))
    assert len(stream.getvalue()) < 2**18
    with pytest.raises(InputError, match="unpacked it would hold more than 67,108,864 bytes"):
        read_arrays(stream.getvalue(), "m.npz")


@pytest.mark.parametrize("suffix", ["safetensors", "npz"])
def test_a_run_writes_its_weights_where_the_next_reads_them(suffix: str, tmp_path: Path) -> None:
    stream = np.random.RandomState(1)
    arrays = {"0.weight": stream.standard_normal((4, 3)), "2.weight": stream.standard_normal((2, 4))}
    weights = tmp_path / f"model.{suffix}"
    weights.write_bytes(npz_bytes(arrays) if suffix == "npz" else safetensors_bytes(arrays))
    file = network(tmp_path, weights=weights.name, layers=LAYERS)
    whole = backprop("run", file, "-n", "6", "-f", "json").json
    assert backprop("run", file, "-n", "2", "-q", "-o", str(weights)).exit_code == 0
    resumed = backprop("run", file, "-n", "4", "-f", "json").json
    assert resumed["parameters"] == pytest.approx(whole["parameters"], rel=1e-14)


def test_a_bias_that_the_file_calls_shared_stays_so(tmp_path: Path) -> None:
    arrays = {"0.weight": np.ones((2, 3)), "0.bias": np.array([0.5, 0.5])}
    (tmp_path / "m.npz").write_bytes(npz_bytes(arrays))
    kinds = {}
    for bias in ("shared", 0.1, {"b": 0}, [0, 0]):
        setup = load(network(tmp_path, weights="m.npz", layers=[{"bias": bias}]))
        kinds[str(bias)] = (setup.network.names.biases[0], setup.network.parameters.row.tolist()[6:])
    shared = ("shared", [0.5])
    assert kinds == {"shared": shared, "0.1": shared, "{'b': 0}": shared, "[0, 0]": ("own", [0.5, 0.5])}


def test_an_archive_whose_list_is_damaged_is_refused() -> None:
    content = bytearray(npz_bytes({"w": np.ones((2, 2))}))
    content[-10:-6] = b"\xff\xff\xff\x7f"  # the size of the list of members
    with pytest.raises(InputError, match=r"this is no whole \.npz file"):
        read_arrays(bytes(content), "m.npz")


RELU, LINEAR = "hidden layers are taken for relu", "the last for linear"


@pytest.mark.parametrize(
    ("options", "notice"),
    [
        ((), f"{RELU}, {LINEAR} (--activation and --output-activation say otherwise)"),
        (("--activation", "tanh"), "the last layer is taken for linear (--output-activation says otherwise)"),
        (("--output-activation", "sigmoid"), f"{RELU} (--activation says otherwise)"),
        (("--activation", "tanh", "--output-activation", "sigmoid"), ""),
    ],
)
def test_only_what_nobody_said_is_said_to_be_taken(options: tuple[str, ...], notice: str, tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(npz_bytes({"0.weight": np.ones((2, 3)), "2.weight": np.ones((1, 2))}))
    result = backprop("import", str(tmp_path / "m.npz"), *options)
    assert result.stderr == (f"{tmp_path / 'm.npz'} holds weights alone: {notice}\n" if notice else "")


def test_no_example_is_offered_for_a_model_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "model.npz").write_bytes(b"")
    result = backprop("import", str(tmp_path / "classic.pkl"))
    assert (result.exit_code, result.stderr) == (2, f"error: {tmp_path / 'classic.pkl'}: there is no such file\n")
    result = backprop("import", str(tmp_path / "modle.npz"))
    assert result.stderr.endswith("there is no such file\n    hint: did you mean 'model.npz'?\n")
    assert "built-in examples: classic" in backprop("run", str(tmp_path / "classik.yaml")).stderr


@pytest.mark.parametrize("is_by_source", [False, True])
@pytest.mark.parametrize("names", [("W1", "b1", "W2", "b2"), ("weight_0", "bias_0", "weight_1", "bias_1")])
def test_numbered_matrices_are_read_whichever_way_they_lie(
    names: tuple[str, ...], is_by_source: bool, tmp_path: Path
) -> None:
    first, second = np.arange(12.0).reshape(4, 3), np.arange(8.0).reshape(2, 4)
    biases = np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([[5.0], [6.0]])
    matrices = (first.T, second.T) if is_by_source else (first, second)
    arrays = dict(zip(names, (matrices[0], biases[0], matrices[1], biases[1]), strict=True))
    (tmp_path / "m.npz").write_bytes(npz_bytes(arrays))
    file = str(tmp_path / "imported.yaml")
    options = ("--activation", "tanh", "--output-activation", "sigmoid")
    result = backprop("import", str(tmp_path / "m.npz"), *options, "-o", file)
    assert (result.exit_code, result.stderr) == (0, f"wrote {file}\n")
    for source in (file, network(tmp_path, weights="m.npz", layers=LAYERS)):
        one, two = load(source).network.layers
        assert (one.weights.tolist(), two.weights.tolist()) == (first.tolist(), second.tolist())
        assert one.bias is not None and two.bias is not None
        assert (one.bias.tolist(), two.bias.tolist()) == ([1, 2, 3, 4], [5, 6])


def test_where_rows_and_columns_both_fit_it_is_said_which_is_taken(tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(npz_bytes({"W1": np.ones((3, 3)), "b1": np.ones(3)}))
    result = backprop("import", str(tmp_path / "m.npz"), "--output-activation", "sigmoid")
    assert (result.exit_code, "each row is taken for a unit's" in result.stderr) == (0, True)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"W1": np.ones((2, 3)), "W2": np.ones((4, 5))}, "do not follow one another: W1 2 × 3, W2 4 × 5"),
        ({"W1": np.ones((2, 3)), "b2": np.ones(2)}, "there is a bias 2, but no weights 2"),
        ({"W1": np.ones(3)}, "the weights 1 are no matrix"),
        ({"W1": np.ones((2, 3)), "loss": np.ones(1)}, "expected arrays such as 0.weight and 0.bias, or W1 and b1"),
    ],
)
def test_numbered_arrays_that_are_no_network_are_refused(arrays: Any, message: str, tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(npz_bytes(arrays))
    result = backprop("import", str(tmp_path / "m.npz"))
    assert (result.exit_code, result.stdout, message in result.stderr) == (2, "", True)
