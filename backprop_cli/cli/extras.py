"""Commands that need libraries which not everybody installs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backprop_cli.errors import MissingExtraError

LIBRARIES = {
    "jinja2": "Jinja2",
    "markupsafe": "Jinja2",
    "latex2mathml": "latex2mathml",
    "vl_convert": "vl-convert-python",
    "onnx": "onnx",
    "h5py": "h5py",
    "xlsxwriter": "XlsxWriter",
}


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
        raise MissingExtraError(library, name) from None
