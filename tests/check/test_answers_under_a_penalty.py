"""Answers of courses that mean E + ½λ‖w‖² by an L2 penalty, beside a file that has it, or has weight decay instead."""

from __future__ import annotations

import pytest

from tests.program import Result, backprop

ONE = "inputs: [1]\ntargets: [0]\n{key}\nlayers: [{{weights: [[2]]}}]\n"
"""E = ½·2² + ½·0.1·2² = 2.2, ∂E/∂w = 2 + 0.1·2 = 2.2, w⁺ = 2 − 0.5·2.2 = 0.9."""


def against(key: str, answer: str, tmp_path_factory: pytest.TempPathFactory) -> Result:
    path = tmp_path_factory.mktemp("answers") / "answer.yaml"
    path.write_text(answer, encoding="utf-8")
    return backprop("check", "-", "--against", str(path), "-f", "json", stdin=ONE.format(key=key))


@pytest.mark.parametrize("answer", ["w11: 2.20", "E: 2.20", "w11: 2.20\nE: 2.20\nw11+: 0.90"])
@pytest.mark.parametrize(("key", "says_so"), [("penalty: {l2: 0.1}", False), ("weight_decay: 0.1", True)])
def test_the_penalty_may_be_part_of_the_gradient(
    key: str, says_so: bool, answer: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = against(key, answer, tmp_path_factory)
    assert found.json["passed"]
    assert any("weight decay as a penalty" in remark for remark in found.json["remarks"]) is says_so


def test_a_right_number_of_torch_s_needs_no_remark(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = against("weight_decay: 0.1", "w11: 2.00\nE: 2.00\nw11+: 0.90", tmp_path_factory)
    assert found.json["passed"] and not found.json["remarks"]


def test_what_neither_has_is_wrong(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert against("weight_decay: 0.1", "w11: 2.40", tmp_path_factory).exit_code == 1
