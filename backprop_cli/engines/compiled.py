"""The scalar engine's loop as machine code, made by Numba and kept between runs."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from backprop_cli.engines.scalar import ScalarEngine
from backprop_cli.network import Setup


def is_available() -> bool:
    """Whether Numba is installed; looked up without importing it."""
    return importlib.util.find_spec("numba") is not None


def compiled_engine(setup: Setup) -> ScalarEngine:
    """A scalar engine whose loop is compiled."""
    return ScalarEngine(setup, "compiled", compiled, np.asarray)


def compiled(source: str, name: str) -> Callable[..., Any]:
    """The function `name` of a source text, compiled when it is first called.

    Numba keeps machine code beside a source file, so the text is put into the user's cache folder; where that cannot be
    written, it is compiled for this run alone.
    """
    from numba import njit

    from backprop_cli.engines.scalar import interpreted

    try:
        module = _module(source)
    except OSError:
        return _jitted(njit, interpreted(source, name), cache=False)
    return _jitted(njit, getattr(module, name), cache=True)


def _jitted(njit: Any, function: Callable[..., Any], cache: bool) -> Callable[..., Any]:
    jitted: Callable[..., Any] = njit(function, cache=cache, error_model="numpy")
    return jitted


def cache_folder() -> Path:
    """Where compiled code is kept: BACKPROP_CACHE_DIR, or the platform's folder for caches."""
    given = os.environ.get("BACKPROP_CACHE_DIR")
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "backprop-cli"


def _module(source: str) -> Any:
    """The source as a module of a file of its own, named by its content."""
    digest = hashlib.sha256(source.encode()).hexdigest()[:24]
    folder = cache_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"loop_{digest}.py"
    if not path.is_file() or path.read_text(encoding="utf-8") != source:
        _put(path, source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise OSError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # where Numba looks for the function when it loads machine code
    spec.loader.exec_module(module)
    return module


def _put(path: Path, text: str) -> None:
    """A whole file or none, whoever else writes it at the same time."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)
