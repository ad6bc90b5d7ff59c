"""Commands that need libraries which not everybody installs, and the line that installs them into this very program."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import url2pathname

from backprop_cli.errors import MissingExtraError

LIBRARIES = {
    "jinja2": "Jinja2",
    "markupsafe": "Jinja2",
    "vl_convert": "vl-convert-python",
    "onnx": "onnx",
    "h5py": "h5py",
    "xlsxwriter": "XlsxWriter",
}
PNG_SCALE = 2.0
"""A PNG has twice the picture's size, which is sharp on today's screens."""
NAME = "backprop-cli"
"""Of the distribution."""


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Import what the extra `name` brings within this context.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        library = LIBRARIES.get((error.name or "").partition(".")[0])
        if library is None:
            raise
        raise MissingExtraError(library, name, install_line(name)) from None


def install_line(name: str) -> str:
    """The line that adds an extra to this program, however that was installed: by pipx, by uv or pip in an environment."""
    wanted = shlex.quote(_requirement(name))
    if os.path.exists(os.path.join(sys.prefix, "pipx_metadata.json")):
        return f"pipx install --force {wanted}"
    if os.path.exists(os.path.join(sys.prefix, "uv-receipt.toml")):
        return f"uv tool install --force {wanted}"
    python = shlex.quote(sys.executable)
    if importlib.util.find_spec("pip") is None:  # an environment that uv has made
        return f"uv pip install --python {python} {wanted}"
    return f"{python} -m pip install {wanted}"


def _requirement(extra: str) -> str:
    """What pip is to install again: the folder or address that this program was installed from, else its name, with the extra.

    A clone that is run without being installed is its folder.
    """
    try:
        described = importlib.metadata.distribution(NAME).read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        return f"{folder}[{extra}]"
    origin = json.loads(described) if described else {}
    address = str(origin.get("url", ""))
    if address.startswith("file://") and "dir_info" in origin:
        return f"{url2pathname(address.removeprefix('file://'))}[{extra}]"
    if "vcs_info" in origin:
        return f"{NAME}[{extra}] @ {origin['vcs_info']['vcs']}+{address}"
    return f"{NAME}[{extra}]"


def as_picture(svg: str, suffix: str) -> bytes:
    """The SVG as PNG or PDF.

    Raises:
        MissingExtraError: the library for that is not installed.
    """
    with extra("plot"):
        import vl_convert
    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE) if suffix == ".png" else vl_convert.svg_to_pdf(svg))
