"""A damaged model or table is read, or refused with a message, and nothing else; `tests.fuzz.run --models` tries many more."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("h5py")
pytest.importorskip("onnx")

from tests.fuzz.models import TRIES, damaged
from tests.fuzz.target import Question, check


@pytest.mark.parametrize(("question", "seeds"), TRIES, ids=[f"{q.arguments[0]} {q.suffix}" for q, _ in TRIES])
def test_a_damaged_file_is_an_answer_or_an_error(question: Question, seeds: list[bytes], tmp_path: Path) -> None:
    assert all(check(seed, tmp_path, question) == 0 for seed in seeds)
    choose = random.Random(1)
    codes = [check(damaged(choose.choice(seeds), choose), tmp_path, question) for _ in range(40)]
    assert 2 in codes
