"""The schema takes every file that the program takes, and refuses what it refuses as far as a schema can say it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backprop_cli.errors import InputError
from backprop_cli.files.edit import data_of
from backprop_cli.files.initial import INITIAL
from backprop_cli.files.layers import LAYER_KEYS
from backprop_cli.files.opening import open_document
from backprop_cli.files.read import KEYS
from backprop_cli.files.shipped import example_names, schema_path
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from tests.files.test_config_errors import CASES
from tests.program import backprop

jsonschema = pytest.importorskip("jsonschema")
SCHEMA: dict[str, Any] = json.loads(Path(schema_path()).read_text(encoding="utf-8"))

BEYOND_A_SCHEMA = {
    "one target without brackets",  # beside a table it is a column
    "decimal commas in the first row", "decimal commas in the first sample",
    "ragged weights", "samples in a row", "too few weights", "too many targets", "too few samples", "ragged samples",
    "bias too long", "name twice", "name of another", "output named as an input", "loss named as an input",
    "output named as a share", "samples named otherwise", "accent as name", "name that leaves a blank", "nan", "infinity",
    "too large", "state of another shape",
}  # fmt: skip
"""Shapes that must fit one another, names that must differ, letters that cannot be seen, numbers that JSON does not have.

Neither does a schema know which parameters there are to be frozen.
"""


def is_valid(data: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(data))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", example_names())
def test_every_example_is_valid(name: str) -> None:
    assert is_valid(open_document(name).data)


def test_it_knows_every_key_and_function() -> None:
    assert set(SCHEMA["properties"]) == set(KEYS)
    assert set(SCHEMA["$defs"]["layer"]["properties"]) == set(LAYER_KEYS)
    for kind, table in (("activation", ACTIVATIONS), ("loss", LOSSES)):
        assert SCHEMA["$defs"][kind]["anyOf"][0]["enum"] == list(table)
    assert SCHEMA["properties"]["init"]["enum"] == list(INITIAL)


@pytest.mark.parametrize("case", CASES)
def test_a_refused_shape_is_refused_by_the_schema_too(case: str) -> None:
    try:
        data = data_of(CASES[case][0], "net.yaml", "yaml")
    except InputError:
        return  # it is no YAML to begin with
    assert is_valid(data) == (case in BEYOND_A_SCHEMA or case.startswith("freeze"))


def test_the_command_prints_what_is_shipped() -> None:
    assert json.loads(backprop("schema").stdout) == SCHEMA
