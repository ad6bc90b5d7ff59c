"""Somebody's own numbers, read from a file: JSON, YAML, CSV, `.npz`, `.safetensors`, or what `run -f json` wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from backprop_cli.check.answer_tables import is_table, read_class, read_lines, read_table
from backprop_cli.check.given import DECIMAL, DOUBLE, Given, GivenArray, given_numbers, of_floats
from backprop_cli.errors import InputError, Problem, TextPlace
from backprop_cli.files.document import Document, parse
from backprop_cli.files.edit import decode
from backprop_cli.files.expected import number_hint
from backprop_cli.files.tensors import is_pickle, read_arrays
from backprop_cli.network.names import Names

MOST_UNPACKED = 2**26
"""Bytes of all arrays of a file: a zip of one megabyte may unpack to a thousand."""
MOST_NUMBERS = 1_000_000
MOST_STEPS = 10**7
_LISTS_OF_ROWS = {"intercepts_", "intercept_grads", "biases", "bias", "b", "db", "nabla_b", "grad_b", "deltas", "delta"}
"""Names under which rows of one length too are the layers', and no matrix."""
_RUN_KEYS = {"partials", "gradients", "parameters"}


@dataclass(frozen=True)
class Answers:
    """The numbers and arrays of a file; `steps` and `sample` (from 1) only where the file itself says to what they belong."""

    given: tuple[Given | GivenArray, ...]
    steps: int | None = None
    sample: int | None = None


def read_answers(content: bytes, source: str, names: Names) -> Answers:
    """The numbers in a file's content, whatever its format; `source` is the file's name.

    Raises:
        InputError: it is no such file, something in it is no number, or there is nothing in it.
    """
    if is_binary(content):
        answers = Answers(tuple(_of_arrays(content, source)))
    else:
        text = decode(content, source)
        if not text.strip():
            raise InputError(Problem("the file is empty", hint="expected names and numbers", place=TextPlace(source)))
        answers = (
            Answers(tuple(read_table(text, source, names)))
            if is_table(text, source)
            else _of_document(text, source, names)
        )
    if not answers.given:
        raise InputError(Problem("there are no numbers in it", hint="such as w31: 0.0822", place=TextPlace(source)))
    return answers


class Person(NamedTuple):
    """One of several people whose numbers are compared.

    `asked` are the numbers that a table has columns for, `faults` says what in the person's row could not be read.
    """

    name: str
    answers: Answers
    asked: tuple[str, ...] | None = None
    faults: tuple[str, ...] = ()


class People(NamedTuple):
    """The people of a file. `is_class` says whether it is a table of them; `unknown` are columns that mean nothing."""

    people: list[Person]
    unknown: tuple[str, ...] = ()
    is_class: bool = False


def read_people(content: bytes, source: str, names: Names) -> People:
    """Everybody's numbers in a file: a class's table has a row for each, any other file is one person's and bears the name.

    Raises:
        InputError: see `read_answers`.
    """
    if not is_binary(content):
        text = decode(content, source)
        table = read_class(text, source, names) if text.strip() and is_table(text, source) else None
        if table is not None:
            people = [
                Person(row.name, Answers(tuple(row.given)), table.asked, tuple(row.faults)) for row in table.people
            ]
            return People(people, tuple(table.unknown), is_class=True)
    return People([Person(source, read_answers(content, source, names))])


def is_binary(content: bytes) -> bool:
    """Whether a file's content is no text: an archive of arrays, a pickle, or a safetensors file, whose length comes first."""
    return content.startswith(b"PK") or is_pickle(content) or (content[8:9] == b"{" and b"\0" in content[:8])


# ── arrays ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_arrays(content: bytes, source: str) -> Iterator[GivenArray]:
    arrays = read_arrays(content, source, MOST_UNPACKED)
    if sum(array.size for array in arrays.values()) > MOST_NUMBERS:
        raise InputError(Problem(f"it holds more than {MOST_NUMBERS:,} numbers", place=TextPlace(source)))
    for name, array in arrays.items():
        if array.dtype.kind not in "fiu":
            raise InputError(
                Problem(f"expected an array of numbers, found {array.dtype}", name, place=TextPlace(source))
            )
        epsilon = float(np.finfo(array.dtype).eps) if array.dtype.kind == "f" else DOUBLE
        numbers = of_floats([(name, float(value), str(value)) for value in array.ravel()], max(DOUBLE, epsilon))
        if numbers:
            yield GivenArray(name, array.shape, dict(zip(np.ndindex(array.shape), numbers, strict=True)))


# ── JSON and YAML ─────────────────────────────────────────────────────────────────────────────────────────────────────

_Path = tuple[str | int, ...]


class _Piece(NamedTuple):
    """A number, or where it has a `shape` an array: the texts of its numbers by their indices.

    `key` is where in the document it stands.
    """

    name: str
    key: _Path
    texts: dict[tuple[int, ...], str]
    shape: tuple[int, ...] | None = None


def _of_document(text: str, source: str, names: Names) -> Answers:
    is_json = text.lstrip()[:1] in ("{", "[")
    lines = None if is_json else read_lines(text, source)
    if lines is not None:
        return Answers(tuple(lines))
    document = parse(text, source, "json" if is_json else "yaml")
    data = document.data
    if not isinstance(data, dict | list):
        raise InputError(Problem("expected names and numbers, such as w31: 0.0822", place=document.place(())))
    pieces = [piece for piece in _walk(document, (), data) if piece.texts]
    steps = sample = None
    if isinstance(data, dict) and data.keys() >= _RUN_KEYS:
        pieces = _of_run(data, pieces, names)
        steps, sample = (_count(document, name, least) for name, least in (("step", 0), ("sample", 1)))
    return Answers(tuple(_given(document, pieces)), steps, sample)


def _given(document: Document, pieces: list[_Piece]) -> Iterator[Given | GivenArray]:
    """All the numbers, whose digits are judged together."""
    texts = [(piece, index, text) for piece in pieces for index, text in piece.texts.items()]
    try:
        numbers = iter(given_numbers([(piece.name, text) for piece, _, text in texts]))
    except ValueError as error:
        piece, index, text = texts[error.args[0]]
        message, place = f"expected a number, found {text!r}", document.place((*piece.key, *index))
        raise InputError(Problem(message, piece.name, number_hint(text), place=place)) from None
    for piece in pieces:
        found = dict(zip(piece.texts, numbers, strict=False))
        yield found[()] if piece.shape is None else GivenArray(piece.name, piece.shape, found)


def _count(document: Document, name: str, least: int) -> int | None:
    """A count that a run's JSON gives, if it does."""
    value = document.data.get(name)
    if value is None or (type(value) is int and least <= value <= MOST_STEPS):
        return value
    place = document.place((name,))
    raise InputError(Problem(f"expected a whole number from {least} to {MOST_STEPS:,}", name, place=place))


def _walk(document: Document, key: _Path, value: Any) -> Iterator[_Piece]:
    """Every named number: of a mapping (nested ones too), of records {name, value}, of arrays such as W1.

    A list of matrices, or of rows of several lengths, is one of an array for each layer: `coefs_[0]`, `coefs_[1]`, ….
    """
    if isinstance(value, dict):
        if "name" in value and "value" in value:
            yield _number(document, str(value["name"]), (*key, "value"), value["value"])
            return
        for name, entry in value.items():
            yield from _walk(document, (*key, name), entry)
        return
    is_new = "+" * ("parameters" in key[:-1])
    name = next((part for part in reversed(key) if isinstance(part, str)), "")
    if isinstance(value, list) and not all(isinstance(entry, dict) for entry in value):
        if _is_list_of_arrays(name, value):
            for layer, entry in enumerate(value):
                yield _array(document, f"{name}[{layer}]{is_new}", (*key, layer), entry)
        else:
            yield _array(document, name + is_new, key, value)
    elif isinstance(value, list):
        for position, entry in enumerate(value):
            yield from _walk(document, (*key, position), entry)
    else:
        yield _number(document, name + is_new, key, value)


def _is_list_of_arrays(name: str, value: list[Any]) -> bool:
    """Whether it has an array for each layer: matrices, or rows under the name of no single layer's biases."""
    if not value or not all(isinstance(entry, list) for entry in value):
        return False
    return name.lower() in _LISTS_OF_ROWS or any(isinstance(row, list) for entry in value for row in entry)


def _array(document: Document, name: str, key: _Path, value: list[Any]) -> _Piece:
    is_matrix = bool(value) and isinstance(value[0], list)
    shape: tuple[int, ...] = (len(value), len(value[0])) if is_matrix else (len(value),)
    if is_matrix and not all(isinstance(row, list) and len(row) == shape[1] for row in value):
        raise InputError(Problem("expected rows of one length", name, place=document.place(key)))
    texts = {}
    for index in np.ndindex(shape):
        text = _text(document, (*key, *index), value[index[0]][index[1]] if is_matrix else value[index[0]])
        if text is not None:
            texts[index] = text
    return _Piece(name, key, texts, shape)


def _number(document: Document, name: str, key: _Path, value: Any) -> _Piece:
    text = _text(document, key, value)
    return _Piece(name, key, {} if text is None else {(): text})


def _text(document: Document, key: _Path, value: Any) -> str | None:
    """A number as it was given; None for null."""
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    span = document.span(key)
    text = document.text[span.start : span.end] if span and value == value else str(value)
    return text if DECIMAL.fullmatch(text) else repr(value)


def _of_run(data: dict[str, Any], pieces: list[_Piece], names: Names) -> list[_Piece]:
    """What a run's JSON says of its shown step: `E` there is the sample's, and a sample's ∂E/∂w is not the batch's."""
    sections = {"forward", "gradients", "partials"}
    after = []
    if data.get("step") == data.get("steps"):
        sections.add("parameters")
        after = [piece._replace(name=f"{names.loss}+") for piece in pieces if piece.key == ("loss_after",)]
    others = {names.loss, *(f"d{names.loss}/d{names.of(parameter)}" for parameter in names.parameters())}
    return [piece for piece in pieces if piece.key[0] in sections and piece.name not in others] + after


def read_numbers(content: bytes, source: str) -> tuple[Given | GivenArray, ...]:
    """The numbers in a file that says nothing of any network.

    Raises:
        InputError: as `read_answers` does.
    """
    return read_answers(content, source, Names((1, 1), ("none",))).given
