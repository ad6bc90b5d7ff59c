"""What the exported scripts have in common: their arrays, their first lines, and what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any

import numpy as np

from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import ParameterRow, Setup

MOST_INLINE = 2_000
"""Numbers that are written out in a script; more of them stand in a file beside it."""
STANDARD = {
    "import argparse": r"argparse\.",
    "import gc": r"gc\.",
    "import math": r"math\.",
    "import os": r"os\.",
    "import random": r"random\.",
    "from itertools import islice": r"islice\(",
    "from pathlib import Path": r"Path\(",
}
"""Imports from the standard library, by what needs them."""
WIDTH = 110
"""Columns of a script's lines of numbers."""


@dataclass(frozen=True)
class Script:
    """The text of a script, and the arrays that it reads from an `.npz` file beside it, if there are so many."""

    text: str
    arrays: Mapping[str, Array] = field(default_factory=dict)


class Arrays:
    """A setup's arrays by the names that a script gives them, each written as `wrap` has it.

    Few numbers are written out; many are read from the file that stands beside the script, as the array `arrays`.
    """

    def __init__(self, setup: Setup, wrap: str, read: str) -> None:
        samples, copies = setup.samples, 1 if setup.velocity is None else 2
        count = samples.inputs.size + samples.targets.size + copies * setup.network.parameter_count
        self._is_inline = count <= MOST_INLINE
        self._wrap, self._read = wrap, read
        self.beside: dict[str, Array] = {}

    def of(self, name: str, array: Array) -> str:
        """An expression whose value is the array."""
        if self._is_inline:
            return self._wrap.format(literal(array, 24))
        self.beside[name] = array
        return self._read.format(name)

    def loaded(self) -> list[str]:
        """The line that reads the file, once all arrays have been asked for."""
        return ['arrays = np.load(Path(__file__).with_suffix(".npz"))'] if self.beside else []


def literal(array: Any, margin: int = 8) -> str:
    """The numbers in brackets, bit for bit; a row a line where they are too long for one."""
    array = np.asarray(array)
    rows = array.tolist()
    text = repr(rows)
    if len(text) + margin <= WIDTH or array.ndim == 0:
        return text
    if array.ndim == 1:
        return "[\n" + indent("\n".join(_wrapped([f"{value!r}," for value in rows])), "    ") + "\n]"
    return "[\n" + indent("\n".join(f"{literal(row)}," for row in rows), "    ") + "\n]"


def _wrapped(words: Iterable[str]) -> Iterator[str]:
    line = ""
    for word in words:
        if line and len(line) + len(word) >= WIDTH - 4:
            yield line
            line = ""
        line += (" " if line else "") + word
    yield line


def shape_of(setup: Setup) -> str:
    """`2-3-1`."""
    return "-".join(map(str, setup.network.names.widths))


def script_of(
    setup: Setup, what: str, command: str, libraries: Sequence[str], body: Sequence[str], arrays: Arrays
) -> Script:
    """A script: what it is and how it is run, its imports, those of the standard library found in its text, and its lines."""
    title = " ".join((setup.title or f"A {shape_of(setup)} network").replace("\\", "/").replace('"', "'").split())
    lines = [f'"""{title}', "", what, f"Written by `backprop export`; run it with: {command}", '"""', ""]
    text = "\n".join(body)
    standard = [line for line, use in STANDARD.items() if re.search(rf"\b{use}", text)]
    return Script("\n".join([*lines, *standard, *[""] * bool(standard), *libraries, "", text]) + "\n", arrays.beside)


def batch_lines(setup: Setup) -> list[str]:
    """Lines after which `batch` holds the samples of the update number `step`."""
    schedule, samples = setup.schedule, len(setup.samples)
    per_pass, size, used = (
        schedule.batches_per_pass(samples),
        schedule.batch_limit(samples),
        schedule.pass_length(samples),
    )
    lines = [f"order = list(range({samples}))"]
    if schedule.is_shuffled:
        lines.append(f'random.Random(f"{schedule.seed}/{{step // {per_pass}}}").shuffle(order)')
    end = f"min(first + {size}, {used})" if used < samples else f"first + {size}"
    return [*lines, f"first = step % {per_pass} * {size}", f"batch = order[first : {end}]"]


def takes_all(setup: Setup) -> bool:
    """Whether each update takes all samples, in their order."""
    return setup.schedule.batch_limit(len(setup.samples)) == len(setup.samples) and not setup.schedule.is_shuffled


def parameter_arrays(row: ParameterRow) -> Iterator[tuple[int, Array, Array | None]]:
    """Each layer's number from 1, its weights, units × sources, and its biases."""
    for index, (weights, biases) in enumerate(zip(row.weights, row.biases, strict=True), start=1):
        yield index, weights, biases


def frozen_arrays(setup: Setup) -> list[tuple[Array, Array | None]] | None:
    """Which weights and biases of each layer are not updated; None where all are."""
    frozen = setup.schedule.frozen
    if frozen is None or not frozen.any():
        return None
    row = ParameterRow(setup.network.names, frozen)
    return list(zip(row.weights, row.biases, strict=True))
