"""What a notebook gets where the command line has options that check themselves."""

from __future__ import annotations

import pytest

from backprop_cli import explain, load, run
from backprop_cli.errors import UsageError


@pytest.mark.parametrize("sample", [-1, 0, 5])
def test_a_sample_that_is_not_there_is_refused(sample: int) -> None:
    result = run(load("xor"))
    with pytest.raises(UsageError, match=f"there is no sample {sample}: the file has 4 samples"):
        explain(result, "w11", sample=sample)
