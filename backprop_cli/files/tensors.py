"""Named arrays in binary files: NumPy's `.npz` and `.safetensors`, read without running anything that they hold.

Both formats say in their headers how large an array is. That is compared with the bytes that are there before any memory is
taken, so that a small file cannot ask for much of it.
"""

from __future__ import annotations

import ast
import io
import json
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from backprop_cli.errors import InputError, Problem, TextPlace

Arrays = dict[str, "np.ndarray[Any, np.dtype[Any]]"]

MOST_BYTES = 2**30
"""So much an archive may hold when it is unpacked, unless the caller wants less."""
MODEST = 2**26
"""Bytes that any archive may hold when it is unpacked; more only in proportion to its size."""
PROPORTION = 64
MOST_HEADER = 2**24
"""Bytes of the header of a safetensors file."""
MOST_ARRAYS = 10_000

_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1", "U8": "|u1"}
_NPY_MAGIC = b"\x93NUMPY"
_NUMBERS = r"[<>|=]?(b1|[iu][1248]|f(2|4|8|12|16))"

HOW_TO_SAVE = (
    "this is a pickle, which can run any program when it is read. Save the weights in a safe form:\n"
    "          from safetensors.torch import save_file\n"
    "          save_file(model.state_dict(), 'model.safetensors')\n"
    "          # or without that library: numpy.savez('model.npz', **{k: v.numpy() for k, v in model.state_dict().items()})"
)


BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, ValueError, OverflowError,
)  # fmt: skip
"""What `zipfile` raises where bytes in an archive are wrong."""


def read_arrays(content: bytes, file: str, most: int = MOST_BYTES) -> Arrays:
    """The arrays in the bytes of a `.npz` or `.safetensors` file, by their names; which it is is seen from the bytes.

    Raises:
        InputError: it is neither, is cut short, says that it holds more than it does, or would unpack to `most` bytes.
    """
    if content.startswith(b"PK"):
        return _read_npz(content, file, most)
    if is_pickle(content):
        raise InputError(Problem("the file is not read", hint=HOW_TO_SAVE, place=TextPlace(file)))
    return _read_safetensors(content, file)


def is_pickle(content: bytes) -> bool:
    """Whether bytes begin as a pickle of protocol 2 or later does."""
    return len(content) > 1 and content[0] == 0x80 and 2 <= content[1] <= 5 and content[2:8] != b"\0" * 6


def unpacked_limit(size: int) -> int:
    """How much an archive of so many bytes may hold when it is unpacked: a bomb holds a thousand times its size."""
    return max(MODEST, PROPORTION * size)


def _broken(file: str, message: str) -> InputError:
    return InputError(Problem(message, place=TextPlace(file)))


# ── npz ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_npz(content: bytes, file: str, most: int) -> Arrays:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if any(entry.filename.endswith("data.pkl") for entry in entries):
                raise InputError(Problem("the file is not read", hint=HOW_TO_SAVE, place=TextPlace(file)))
            allowed = min(most, unpacked_limit(len(content)))
            if len(entries) > MOST_ARRAYS or sum(entry.file_size for entry in entries) > allowed:
                raise _broken(file, f"unpacked it would hold more than {allowed:,} bytes or {MOST_ARRAYS:,} arrays")
            return {
                entry.filename.removesuffix(".npy"): read_npy(_unpacked(archive, entry), f"{file}:{entry.filename}")
                for entry in entries
            }
    except BROKEN_ARCHIVE as error:
        raise _broken(file, f"this is no whole .npz file: {str(error) or 'it is cut short'}") from None


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """An entry's bytes, no more of them than its size in the list says."""
    with archive.open(entry) as stream:
        return stream.read(entry.file_size)


def read_npy(data: bytes, file: str) -> np.ndarray[Any, np.dtype[Any]]:
    """An array in NumPy's own format; its header is a literal, which is read as one."""
    if not data.startswith(_NPY_MAGIC) or len(data) < 12:
        raise _broken(file, "this is no array of NumPy's")
    wide = data[6] > 1
    start = 12 if wide else 10
    length = int.from_bytes(data[8:start], "little")
    try:
        header = ast.literal_eval(data[start : start + length].decode("latin-1").strip())
        described, shape, is_fortran = header["descr"], header["shape"], bool(header["fortran_order"])
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError):
        raise _broken(file, "the array's header cannot be read") from None
    if not re.fullmatch(_NUMBERS, str(described)):
        raise InputError(
            Problem(
                f"an array of numbers is expected, this one holds {str(described)[:40]!r}",
                hint="objects are pickles, which can run any program when they are read",
                place=TextPlace(file),
            )
        )
    kind = np.dtype(described)
    _require_size(file, shape, kind.itemsize, len(data) - start - length)
    flat = np.frombuffer(data, kind, offset=start + length)
    return flat.reshape(shape, order="F" if is_fortran else "C")


def _require_size(file: str, shape: Any, size: int, held: int) -> None:
    """Refuse a shape that the bytes at hand do not fill."""
    if not isinstance(shape, tuple | list) or not all(type(length) is int and length >= 0 for length in shape):
        raise _broken(file, "the array's shape cannot be read")
    if len(shape) > 8 or math.prod(shape) * size != held:
        shown = " × ".join(map(str, shape[:8]))
        raise _broken(file, f"an array of {shown} numbers of {size} bytes is said to be in {held:,} bytes")


def npz_bytes(arrays: Mapping[str, np.ndarray[Any, np.dtype[Any]]]) -> bytes:
    """The arrays as a `.npz` file."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


# ── safetensors: https://github.com/huggingface/safetensors#format ────────────────────────────────────────────────────


def _read_safetensors(content: bytes, file: str) -> Arrays:
    length = int.from_bytes(content[:8], "little")
    if len(content) < 10 or length > min(MOST_HEADER, len(content) - 8) or content[8:9] != b"{":
        raise _broken(file, "this is neither a whole .safetensors file nor an .npz file")
    try:
        header = json.loads(content[8 : 8 + length])
    except (ValueError, RecursionError):
        raise _broken(file, "the header of this .safetensors file is no JSON") from None
    header.pop("__metadata__", None)
    if len(header) > MOST_ARRAYS:
        raise _broken(file, f"it holds more than {MOST_ARRAYS:,} arrays")
    body = memoryview(content)[8 + length :]
    arrays: Arrays = {}
    left = 2 * len(body)  # numbers of two bytes may become numbers of four
    for name, entry in header.items():
        arrays[name] = _tensor(entry, body, f"{file}:{name}")
        left -= arrays[name].nbytes
        if left < 0:
            raise _broken(file, "its arrays lie upon one another")
    return arrays


def _tensor(entry: Any, body: memoryview, file: str) -> np.ndarray[Any, np.dtype[Any]]:
    try:
        kind, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
        is_inside = type(begin) is int and type(end) is int and 0 <= begin <= end <= len(body)
    except (KeyError, TypeError, ValueError):
        raise _broken(file, "the entry of this array cannot be read") from None
    if not is_inside:
        raise _broken(file, "the array lies outside of the file, which may be cut short")
    if kind == "BF16":
        _require_size(file, shape, 2, end - begin)
        halves = np.frombuffer(body[begin:end], "<u2").astype("<u4")
        return (halves << 16).view("<f4").reshape(shape)
    if kind not in _KINDS:
        raise _broken(file, f"numbers of the kind {kind!r} are not read; known: {', '.join([*_KINDS, 'BF16'])}")
    numbers = np.dtype(_KINDS[kind])
    _require_size(file, shape, numbers.itemsize, end - begin)
    return np.frombuffer(body[begin:end], numbers).reshape(shape)


def safetensors_bytes(arrays: Mapping[str, np.ndarray[Any, np.dtype[Any]]]) -> bytes:
    """The arrays as a `.safetensors` file of float64."""
    header: dict[str, Any] = {}
    position = 0
    for name, array in arrays.items():
        header[name] = {
            "dtype": "F64",
            "shape": list(array.shape),
            "data_offsets": [position, position + 8 * array.size],
        }
        position += 8 * array.size
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + b"".join(array.astype("<f8").tobytes() for array in arrays.values())
