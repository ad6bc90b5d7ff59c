"""The scalar engine's loop as machine code, made by Numba and kept between runs."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterable
from typing import Any

from backprop_cli.arrays import np
from backprop_cli.errors import OutputError
from backprop_cli.files.output import write_whole
from backprop_cli.training.loops.cache import cache_folder
from backprop_cli.training.loops.scalar import Runner, interpreted


def is_installed() -> bool:
    """Whether there is Numba; looked up without importing it."""
    return importlib.util.find_spec("numba") is not None


def jitted(source: str, name: str) -> Callable[..., Any]:
    """The function `name` of a source text, compiled when it is first called.

    Numba keeps machine code beside a source file, so the text is put into the user's cache folder; where that cannot be
    written, it is compiled for this run alone.
    """
    from numba import njit

    try:
        function, is_kept = getattr(_module(source), name), True
    except (OSError, OutputError):
        function, is_kept = interpreted(source, name), False
    made: Callable[..., Any] = njit(function, cache=is_kept, error_model="numpy")
    return made


def _module(source: str) -> Any:
    """The source as a module of a file of its own, named by its content."""
    digest = hashlib.sha256(source.encode()).hexdigest()[:24]
    path = cache_folder() / f"loop_{digest}.py"
    if not path.is_file() or path.read_text(encoding="utf-8") != source:
        write_whole(str(path), source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise OSError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # where Numba looks for the function when it loads machine code
    spec.loader.exec_module(module)
    return module


def _numbers(values: Iterable[float]) -> Any:
    return np.array(list(values), dtype=np.float64)


def _indices(values: Iterable[int]) -> Any:
    return np.array(list(values), dtype=np.int64)


JITTED = Runner("compiled", jitted, _numbers, _indices)
