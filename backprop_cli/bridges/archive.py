"""Members of a zip file that a stranger made, taken out no larger than they may be."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from backprop_cli.bridges.imported import cannot
from backprop_cli.files.tensors import BROKEN_ARCHIVE, unpacked_limit

MOST_JSON = 2**22
"""Bytes of a member that is JSON, which takes up to thirty times as much when it is read."""
MOST_MEMBERS = 10_000


class Archive:
    """A zip file in memory; every fault in it is an `InputError` about `file`."""

    def __init__(self, content: bytes, file: str) -> None:
        self.file = file
        self._left = unpacked_limit(len(content))
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except BROKEN_ARCHIVE as error:
            raise cannot(file, f"this is no whole archive: {error}") from None
        if len(self._zip.infolist()) > MOST_MEMBERS:
            raise cannot(file, f"the archive holds more than {MOST_MEMBERS:,} members")

    def read(self, name: str, limit: int | None = None) -> bytes:
        """A member's bytes; no more than its entry says, and in all no more than may be held, are ever unpacked.

        Raises:
            InputError: there is none, it is broken, or too large.
        """
        try:
            entry = self._zip.getinfo(name)
            if entry.file_size > (self._left if limit is None else min(limit, self._left)):
                raise cannot(self.file, f"{name} would hold {entry.file_size:,} bytes, which is too much")
            self._left -= entry.file_size
            with self._zip.open(entry) as stream:
                data = stream.read(entry.file_size)
        except KeyError:
            raise cannot(self.file, f"the archive holds no {name}") from None
        except BROKEN_ARCHIVE as error:
            raise cannot(self.file, f"{name} in it is broken: {str(error) or 'it is cut short'}") from None
        if len(data) < entry.file_size:
            raise cannot(self.file, f"{name} in it is cut short")
        return data

    def read_json(self, name: str, limit: int = MOST_JSON) -> Any:
        """A member that is JSON.

        Raises:
            InputError: it is none.
        """
        try:
            return json.loads(self.read(name, limit))
        except (ValueError, RecursionError):
            raise cannot(self.file, f"{name} in it is no JSON") from None
