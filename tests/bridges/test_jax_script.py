"""The JAX script trains as we do."""

from __future__ import annotations

import pytest

from backprop_cli import load, run
from backprop_cli.bridges.jax_script import jax_script
from tests.bridges.networks import CASES
from tests.bridges.scripts import last_loss

jax = pytest.importorskip("jax")
pytestmark = [pytest.mark.external, pytest.mark.slow]


@pytest.mark.parametrize("case", [case for case in CASES if not case.endswith(" out")])
@pytest.mark.filterwarnings("ignore")
def test_its_last_loss_is_ours(case: str) -> None:
    setup = load(CASES[case])
    before = jax.config.jax_enable_x64
    try:
        assert last_loss(jax_script(setup)) == pytest.approx(run(setup).loss_after, rel=1e-11, abs=1e-15)
    finally:
        jax.config.update("jax_enable_x64", before)
