"""The scalar engine's loop as machine code, made by the machine's own C compiler and kept between runs."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from backprop_cli.errors import OutputError
from backprop_cli.files.output import write_whole
from backprop_cli.training.loops.c import ARGUMENTS, translated
from backprop_cli.training.loops.cache import cache_folder
from backprop_cli.training.loops.scalar import Runner

FLAGS = ("-O1", "-shared", "-fPIC", "-ffp-contract=off")
"""No product is fused with a sum: Python rounds after each, and the two must agree to the last bit. More optimization
makes these loops hardly faster, and takes twice as long."""
MOST_SECONDS = 60.0


class CompilerError(Exception):
    """The C compiler did not make what was asked for."""


def compiler() -> str | None:
    """The path of a C compiler, where there is one."""
    if sys.platform == "win32":
        return None
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


def native(source: str, name: str) -> Callable[..., float]:
    """The function `name` of a source text as machine code; it takes arrays where the source's takes lists.

    Raises:
        CompilerError: the compiler failed, or its code cannot be loaded.
    """
    function = getattr(library(translated(source)), name)
    function.restype = ctypes.c_double
    whole = [kind.startswith("int64_t ") for kind in ARGUMENTS.values()]
    function.argtypes = [ctypes.c_int64 if is_whole else ctypes.c_void_p for is_whole in whole]

    def call(*arguments: Any) -> float:
        order = arguments[list(ARGUMENTS).index("order")]
        plain = (given.buffer_info()[0] if isinstance(given, array) else given for given in arguments)
        return float(function(*plain, len(order)))

    return call


NATIVE = Runner("compiled", native, partial(array, "d"), partial(array, "q"))


@cache
def library(text: str) -> ctypes.CDLL:
    """The text's machine code: from the cache folder, or, where that cannot be used, made for this run alone."""
    path = compiler()
    if path is None:
        raise CompilerError("there is no C compiler")
    key = "\n".join((text, path, *FLAGS, platform.machine(), sys.platform))
    name = f"loop_{hashlib.sha256(key.encode()).hexdigest()[:24]}.so"
    try:
        kept = cache_folder() / name
        if not kept.is_file():
            write_whole(str(kept), _compiled(path, text))
        return ctypes.CDLL(str(kept))
    except (OSError, OutputError):
        with tempfile.TemporaryDirectory(prefix="backprop-") as folder:
            alone = Path(folder, name)
            try:
                alone.write_bytes(_compiled(path, text))
                return ctypes.CDLL(str(alone))
            except OSError as error:
                raise CompilerError(str(error)) from error


def _compiled(path: str, text: str) -> bytes:
    """What the compiler makes of a text of C."""
    with tempfile.TemporaryDirectory(prefix="backprop-") as folder:
        source, made = Path(folder, "loop.c"), Path(folder, "loop.so")
        source.write_text(text, encoding="utf-8")
        command = [path, *FLAGS, "-o", str(made), str(source), "-lm"]
        try:
            _run(command, folder)
        except (OSError, subprocess.SubprocessError) as error:
            raise CompilerError(f"{os.path.basename(path)} could not compile the loop") from error
        return made.read_bytes()


def _run(command: list[str], folder: str) -> None:
    """Run the compiler, which puts its own files into `folder`; whatever ends the wait ends it and what it has started."""
    nothing = subprocess.DEVNULL
    settings = os.environ | {"TMPDIR": folder}
    with subprocess.Popen(
        command, stdin=nothing, stdout=nothing, stderr=nothing, env=settings, start_new_session=True
    ) as compiler:
        try:
            code = compiler.wait(MOST_SECONDS)
        except BaseException:
            with contextlib.suppress(OSError):
                os.killpg(compiler.pid, signal.SIGKILL)
            raise
    if code:
        raise subprocess.CalledProcessError(code, command)
