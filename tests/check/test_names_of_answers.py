"""Names are understood as people write them, and one that is not understood is no agreement."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.program import backprop

# gradients of the 2-2-2 network to four digits, as its published worked example has them
DELTA3, W31, NEW_W31, LOSS = "0.1385", "0.08217", "0.3589", "0.2984"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *((name, DELTA3) for name in ("delta3", "δ3", "d3", "delta_3", "δ₃", "δ_{3}", "dE/dz3", "∂E/∂z₃", "dz3", "dL/dz3")),
        *((name, W31) for name in ("dw31", "grad_w31", "w31_grad", "w31.grad", "grad(w31)", "w_31", "w₃₁", "dE_dw31")),
        *((name, W31) for name in ("∂L/∂w_{31}", "dJ/dw31", "d_w31", "gradient_w31", "W2[1,1]", "dE/dW2[1,1]")),
        *((name, NEW_W31) for name in ("w31+", "w31⁺", "w31_new", "new_w31", "w31'", "w_31'")),
        *((name, "0.5933") for name in ("a1", "h1", "out_h1", "a_1", "a₁")),
        *((name, "0.7514") for name in ("o1", "out_o1", "ŷ1", "ŷ₁", "yhat1", "yhat_1")),
        *((name, "1.1059") for name in ("z3", "net_o1")),
        *((name, "0.1868") for name in ("do1/dz3", "dout_o1/dnet_o1")),
        *((name, "0.7414") for name in ("dE/do1", "dE_total/dout_o1")),
        *((name, LOSS) for name in ("E", "L", "loss", "E_total")),
    ],
)  # fmt: skip
def test_a_name_is_understood_as_people_write_it(name: str, number: str) -> None:
    result = backprop("check", "classic", "-a", "-", "-f", "json", stdin=json.dumps({name: number}))
    assert result.exit_code == 0, result.stdout + result.stderr
    assert [one["name"] for one in result.json["compared"]] == [name]
    assert result.json["unknown"] == []


def test_a_name_of_the_network_comes_before_any_other_meaning(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("d1: 3.0\n")
    network = "inputs: {d1: 3}\ntargets: [0]\nlayers: [{weights: [[0.5]]}]\n"
    assert backprop("check", "-", "-a", str(tmp_path / "own.yaml"), stdin=network).exit_code == 0


@pytest.mark.parametrize(("name", "meant"), [("delta33", "dE/dz3"), ("w99", None), ("dE/dy3", "dE/dz3")])
def test_an_unknown_name_is_no_agreement(name: str, meant: str | None) -> None:
    text = json.dumps({"w31": W31, name: "1.0"})
    result = backprop("check", "classic", "-a", "-", "-f", "json", stdin=text)
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["passed"], answer["unknown"]) == (1, False, [name])
    if meant:
        assert answer["suggestions"].get(name) == meant
    shown = backprop("check", "classic", "-a", "-", stdin=text)
    assert "--allow-unknown" in shown.stdout
    allowed = backprop("check", "classic", "-a", "-", "--allow-unknown", "-f", "json", stdin=text)
    assert (allowed.exit_code, allowed.json["passed"], allowed.json["unknown"]) == (0, True, [name])
