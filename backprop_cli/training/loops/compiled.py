"""The straight-line loop as machine code, made by Numba. Only this module imports Numba, and only when it is asked to compile."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from backprop_cli.errors import OutputError
from backprop_cli.files.output import write_whole
from backprop_cli.training.loops.straight import Runner, interpreted

NEEDS = "Numba: pip install numba"
COMPILING_SECONDS = 1.5
"""About how long Numba takes to be loaded and to compile the loop of a small network."""


def is_installed() -> bool:
    """Whether there is Numba, looked up without importing it."""
    return importlib.util.find_spec("numba") is not None


def compiled(source: str) -> Callable[..., Any]:
    """The function `loop` of a source text, compiled when it is first called.

    Numba keeps machine code for functions that stand in a file, so the text is put into Numba's own cache folder. Where that
    cannot be written, the loop is compiled for this run alone.
    """
    from numba import njit
    from numba.misc import appdirs

    cache_folder: Callable[..., str] = appdirs.user_cache_dir
    try:
        folder = Path(cache_folder(appname="numba", appauthor=False)) / "backprop"
        function, is_kept = _of_module(source, folder), True
    except (OSError, OutputError):
        function, is_kept = interpreted(source), False
    made: Callable[..., Any] = njit(function, cache=is_kept, error_model="numpy")
    return made


def _of_module(source: str, folder: Path) -> Callable[..., Any]:
    """The function of a module whose file is named by its content."""
    path = folder / f"loop_{hashlib.sha256(source.encode()).hexdigest()[:24]}.py"
    if not path.is_file() or path.read_text(encoding="utf-8") != source:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(str(path), source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise OSError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # where Numba looks for the function when it loads machine code
    spec.loader.exec_module(module)
    function: Callable[..., Any] = module.loop
    return function


def _numbers(values: Iterable[float]) -> Any:
    return np.array(list(values), dtype=np.float64)


def _indices(values: Iterable[int]) -> Any:
    return np.array(list(values), dtype=np.int64)


NUMBA = Runner("compiled", compiled, _numbers, _indices)
