"""Checks of single values; every mistake is noted with its place, so that all are reported together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from backprop_cli.errors import Problem
from backprop_cli.files.document import Document
from backprop_cli.files.expected import decimal_comma, kind_of, many, name_fault, number_hint, one_line
from backprop_cli.files.places import Key, format_key
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.losses import Loss
from backprop_cli.nearest import nearest, suggestion

MAX_PROBLEMS = 20
"""More problems than this are only counted."""

_COUNTED = Problem("one of many more problems")


class Checker:
    """The data of one document and the problems found in it; a check returns a stand-in where it has noted one."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.data = document.data
        self.problems: list[Problem] = []

    @property
    def is_full(self) -> bool:
        """Whether further problems are only counted, so that nothing need be worked out for them."""
        return len(self.problems) >= MAX_PROBLEMS

    def problem(self, key: Key, message: str, hint: str = "", of_name: bool = False) -> None:
        """Note what is wrong at `key`; `of_name` points at the key itself rather than its value."""
        if self.is_full:
            self.problems.append(_COUNTED)
        else:
            self.problems.append(Problem(message, format_key(key), hint, self.document.place(key, of_name)))

    def miscount(self, key: Key, message: str, hint: str = "") -> None:
        """Note that there are not as many numbers at `key` as there should be: a decimal comma may have made two of one."""
        self.problem(key, message, "; ".join(filter(None, (hint, self.decimal_comma(key)))))

    def decimal_comma(self, key: Key) -> str:
        """A hint where a decimal comma has made two numbers of one in the value at `key`, else nothing."""
        span = None if self.is_full else self.document.span(key)
        return decimal_comma(self.document.text[span.start : span.end]) if span else ""

    def is_uneven_by_comma(self, key: Key, rows: list[list[float]], noun: str) -> bool:
        """Note where a decimal comma makes the first of several rows longer than the others; whether one does."""
        other = next((row for row in rows if len(row) < len(rows[0])), None)
        if other is None or not self.decimal_comma((*key, 0)):
            return False
        self.miscount((*key, 0), f"expected {many(len(other), noun)} as in a later row, found {len(rows[0])}")
        return True

    def report(self) -> list[Problem]:
        """The problems in the order of the text, the first of many."""
        placed = self.problems[:MAX_PROBLEMS]
        placed.sort(
            key=lambda problem: (problem.place.line or 0, problem.place.column or 0) if problem.place else (0, 0)
        )
        more = len(self.problems) - len(placed)
        return [*placed, Problem(f"… and {more:,} more problems")] if more else placed

    def check_keys(self, key: Key, mapping: dict[str, Any], known: Iterable[str], required: Iterable[str] = ()) -> None:
        """Note unknown and missing keys of a mapping."""
        known = tuple(known)
        for name in mapping:
            if name not in known:
                close = None if self.is_full else nearest(name, known)
                hint = f"did you mean {close!r}?" if close else "known keys: " + ", ".join(known)
                self.problem((*key, name), f"unknown key {name!r}", hint, of_name=True)
        for name in required:
            if name not in mapping:
                self.problem(key, f"the key {name!r} is missing")

    def number(self, key: Key, value: Any, expected: str = "a number", hint: str = "") -> float:
        """A finite float64; 0.0 with a problem noted otherwise."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problem(key, f"expected {expected}, found {kind_of(value)}", hint or number_hint(value))
            return 0.0
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            hint = (
                "a float64 reaches up to 1.8e308" if math.isinf(number) else "only finite numbers can be computed with"
            )
            self.problem(key, f"expected a finite number, found {kind_of(number)}", hint)
            return 0.0
        return number

    def numbers(self, key: Key, values: list[Any]) -> list[float]:
        """A list of finite numbers; the common case is decided without looking at each of them."""
        if set(map(type, values)) == {float} and math.isfinite(sum(values)):
            return values
        hints = {dict: "one mapping names them all: {a: 0.1, b: 0.2}"}
        return [
            self.number((*key, index), value, hint=hints.get(type(value), "")) for index, value in enumerate(values)
        ]

    def named_numbers(self, key: Key, values: dict[str, Any]) -> list[float]:
        """The numbers of a mapping of names, each name fit for one: in `{a: 0,5}` the comma makes a name of the 5."""
        numbers: list[float] = []
        before = None
        for name, value in values.items():
            if before is not None and value is None and name.isdecimal() and type(values[before]) is int:
                span = self.document.span((*key, before))
                whole = self.document.text[span.start : span.end] if span else values[before]
                found = f"{whole},{name}"
                self.problem((*key, before), f"expected a number, found {found}", number_hint(found))
                numbers.append(0.0)
            else:
                self.name((*key, name), name)
                numbers.append(self.number((*key, name), value))
            before = name
        return numbers

    def setting(self, name: str, default: float, low: float = -math.inf) -> float:
        """A number of the top level that may have a lower bound."""
        if name not in self.data:
            return default
        before = len(self.problems)
        value = self.number((name,), self.data[name])
        if len(self.problems) == before and value < low:
            self.problem((name,), f"expected a number of at least {low:g}, found {value:g}")
        return value

    def count(self, name: str, default: int, low: int) -> int:
        """A whole number of the top level."""
        value = self.data.get(name, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value < 2**63:
            self.problem((name,), f"expected a whole number of at least {low}, found {kind_of(value)}")
            return default
        return value

    def switch(self, name: str) -> bool:
        """A true or false of the top level."""
        value = self.data.get(name, False)
        if not isinstance(value, bool):
            self.problem((name,), f"expected true or false, found {kind_of(value)}")
            return False
        return value

    def title(self) -> str:
        """The title, as one line."""
        value = self.data.get("title")
        if isinstance(value, dict | list) or (isinstance(value, float) and not math.isfinite(value)):
            self.problem(("title",), f"expected a text, found {kind_of(value)}")
        return "" if value is None else one_line(str(value))

    def name(self, key: Key, value: Any) -> str:
        """A name that can be shown anywhere: see `name_fault` for what it must not be."""
        if not isinstance(value, str):
            self.problem(key, f"expected a name, found {kind_of(value)}")
            return ""
        fault = name_fault(value)
        if fault:
            self.problem(key, f"{value!r} cannot be a name: {fault}", of_name=True)
        return value

    def function(self, key: Key, table: Any, default: str, kind: str, value: Any = None) -> Any:
        """An entry of ACTIVATIONS or LOSSES, from its name or a mapping of its name to its settings."""
        value = (value if value is not None else self.data.get(key[-1], default)) if len(key) == 1 else value
        settings: Any = {}
        if isinstance(value, dict) and len(value) == 1:
            ((value, settings),) = value.items()
            key = (*key, value)
        if not isinstance(value, str):
            self.problem(key, f"expected the name of a function ({kind}), found {kind_of(value)}")
            return None
        if value not in table:
            self.problem(key, f"unknown {kind} {value!r}", suggestion(value, table, listed=len(table)))
            return None
        entry: Activation | Loss = table[value]
        known = tuple(name for name, _ in entry.defaults)
        if settings is None:
            settings = {}
        if not isinstance(settings, dict):
            self.problem(key, f"expected the settings of {value} as a mapping, found {kind_of(settings)}")
            return entry
        before = len(self.problems)
        if not known and settings:
            self.problem(key, f"{value} has no settings")
        else:
            self.check_keys(key, settings, known)
        numbers = {name: self.number((*key, name), given) for name, given in settings.items() if name in known}
        if "delta" in numbers and numbers["delta"] <= 0 and len(self.problems) == before:
            self.problem((*key, "delta"), "expected a number above 0")
        return entry.with_settings(numbers)
