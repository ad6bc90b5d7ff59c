"""From the CONFIG argument to a document and its setup."""

from __future__ import annotations

from backprop_cli.cli.console import Console
from backprop_cli.errors import UsageError
from backprop_cli.files.document import Document
from backprop_cli.files.filling import filled
from backprop_cli.files.opening import open_document
from backprop_cli.files.read import read
from backprop_cli.network.network import Setup
from backprop_cli.network.notices import notices

DEFAULT = "classic"


def open_setup(source: str | None, console: Console) -> tuple[Document, Setup]:
    """Read the network file; without one the built-in example `classic`, which a notice says."""
    if source is None:
        console.notice(f"no CONFIG given: using the built-in example {DEFAULT} (backprop examples {DEFAULT} prints it)")
        source = DEFAULT
    document = filled(open_document(source))
    setup = read(document)
    for notice in (*document.notes, *notices(setup)):
        console.notice(notice)
    return document, setup


def sample_index(number: int, setup: Setup) -> int:
    """A sample's index from its number, which counts from 1.

    Raises:
        UsageError: there are not that many.
    """
    count = len(setup.samples)
    if number > count:
        raise UsageError(f"there is no sample {number}: the file has {count} sample{'s' * (count != 1)}")
    return number - 1
