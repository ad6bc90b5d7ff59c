"""What `check` found, as the dictionaries and rows that scripts read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backprop_cli.check.compare import Compared, Comparison
from backprop_cli.check.diagnose import Diagnosis, Findings
from backprop_cli.check.graph_answers import GraphComparison
from backprop_cli.check.mistakes.entry import Made
from backprop_cli.check.numerical import GradientCheck, Probe
from backprop_cli.check.people import PersonResult
from backprop_cli.render.formats.notation import TextNotation, line

_PLAIN = TextNotation(is_ascii=True)

PROBE_COLUMNS = ("name", "analytic", "numerical", "relative_error", "verdict")
COMPARED_COLUMNS = ("name", "given", "expected", "digits", "agrees", "mistakes", "follows")
GRAPH_COLUMNS = ("name", "given", "expected", "digits", "agrees", "follows")


def probes_record(found: GradientCheck) -> Iterator[tuple[str, Any]]:
    """The keys of `check`'s JSON in order."""
    yield "passed", found.passed
    yield "tolerance", found.tolerance
    yield "method", found.method
    yield "parameter_count", found.parameter_count
    yield "parameters", (_probe(probe) for probe in found.parameters)
    if found.directions:
        yield "directions", (_probe(probe) for probe in found.directions)


def _probe(probe: Probe) -> dict[str, Any]:
    return {
        "name": probe.name,
        "analytic": probe.analytic,
        "numerical": probe.numerical,
        "relative_error": probe.relative_error,
        "verdict": probe.verdict,
    }


def probe_rows(found: GradientCheck) -> Iterator[tuple[str, ...]]:
    """The same as rows of CSV, the directions last."""
    for probe in (*found.parameters, *found.directions):
        numbers = (probe.analytic, probe.numerical, probe.relative_error)
        yield (probe.name, *map(repr, numbers), probe.verdict)


def comparison_record(comparison: Comparison, findings: Findings) -> Iterator[tuple[str, Any]]:
    """The keys of the JSON of `check --against` in order."""
    yield from _what_was_given(comparison)
    yield "orientation", comparison.orientation
    yield "remarks", list(comparison.remarks)
    yield "ratios", [ratio._asdict() for ratio in findings.ratios]
    yield "diagnosis", (_diagnosis(diagnosis) for diagnosis in findings.diagnoses)
    yield "unexplained", list(findings.unexplained)
    yield "slips", _slips(findings)
    yield "not_tried", findings.left_out


def graph_record(comparison: GraphComparison) -> Iterator[tuple[str, Any]]:
    """The keys of the JSON of `chain --against` in order."""
    yield from _what_was_given(comparison)
    yield "ratios", [ratio._asdict() for ratio in comparison.ratios]
    yield "unexplained", [one.given.name for one in comparison.compared if not (one.agrees or one.follows)]


def graph_rows(comparison: GraphComparison) -> Iterator[tuple[str, ...]]:
    """The compared numbers as rows of CSV."""
    for one in comparison.compared:
        numbers = (repr(one.given.value), repr(one.expected), str(one.digits))
        yield (one.given.name, *numbers, str(one.agrees).lower(), str(one.follows).lower())


def _what_was_given(comparison: Comparison | GraphComparison) -> Iterator[tuple[str, Any]]:
    yield "passed", comparison.passed
    yield "compared", map(_compared, comparison.compared)
    yield "missing", list(comparison.missing)
    yield "unknown", list(comparison.unknown)
    yield "suggestions", dict(comparison.meant)


def _compared(one: Compared) -> dict[str, Any]:
    found = {
        "name": one.given.name,
        "given": one.given.value,
        "expected": one.expected,
        "digits": one.digits,
        "agrees": one.agrees,
    }
    return found | {"follows": True} if one.follows else found


RESULT_COLUMNS = ("name", "passed", "right", "wrong", "follows", "missing", "unknown", "mistakes", "slips", "faults")


def results_record(
    results: Sequence[PersonResult], unknown: Mapping[str, str], passed: bool
) -> Iterator[tuple[str, Any]]:
    """The keys of the JSON of `check --against` with several people's numbers, in order."""
    yield "passed", passed
    yield "results", (_result(result) for result in results)
    yield "unknown", list(unknown)
    yield "suggestions", {name: near for name, near in unknown.items() if near}


def _result(result: PersonResult) -> dict[str, Any]:
    comparison, findings = result.comparison, result.findings
    return {
        "name": result.name,
        "passed": result.passed,
        "right": result.right,
        "wrong": result.wrong,
        "follows": result.follows,
        "missing": list(result.missing),
        "unknown": list(comparison.unknown),
        "mistakes": [_ids(diagnosis.mistakes) for diagnosis in findings.diagnoses],
        "wrong_names": [one.given.name for one in comparison.compared if not (one.agrees or one.follows)],
        "unexplained": list(findings.unexplained),
        "slips": _slips(findings),
        "faults": list(result.faults),
    }


def result_rows(results: Sequence[PersonResult]) -> Iterator[tuple[str, ...]]:
    """The same as rows of CSV.

    Several diagnoses stand beside one another, two mistakes made together are joined by +, a slip follows its number: `w32:sign`.
    """
    for result in results:
        mistakes = " ".join("+".join(_ids(diagnosis.mistakes)) for diagnosis in result.findings.diagnoses)
        counts = map(str, (result.right, result.wrong, result.follows))
        names = (" ".join(result.missing), " ".join(result.comparison.unknown))
        slips = " ".join(f"{slip.name}:{slip.slip}" for slip in result.findings.slips)
        yield (result.name, str(result.passed).lower(), *counts, *names, mistakes, slips, "; ".join(result.faults))


def _slips(findings: Findings) -> list[dict[str, str]]:
    return [{key: value for key, value in slip._asdict().items() if value} for slip in findings.slips]


def _diagnosis(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "mistakes": _ids(diagnosis.mistakes),
        "alternatives": [_ids(mistakes) for mistakes in diagnosis.alternatives],
        "explains": list(diagnosis.explains),
        "contradicts": list(diagnosis.contradicts),
        "would_be": {name: value if math.isfinite(value) else None for name, value in diagnosis.would_be},
        "reasons": [_reason(made) for made in diagnosis.mistakes],
    }


def _reason(made: Made) -> dict[str, str]:
    right, wrong = (line(formula, _PLAIN) for formula in made.formulas)
    return {
        "mistake": made.id,
        "sentence": made.mistake.sentence,
        "detail": made.way.detail,
        "right": right,
        "wrong": wrong,
    }


def _ids(mistakes: tuple[Made, ...]) -> list[str]:
    return [made.id for made in mistakes]


def compared_rows(comparison: Comparison, findings: Findings) -> Iterator[tuple[str, ...]]:
    """The compared numbers as rows of CSV, each with the mistakes of the first diagnosis that explains it."""
    for one in comparison.compared:
        name = one.given.name
        reason = next((found for found in findings.diagnoses if not one.agrees and name in found.explains), None)
        mistakes = "+".join(_ids(reason.mistakes)) if reason else ""
        verdicts = (str(one.agrees).lower(), mistakes, str(one.follows).lower())
        yield (name, one.given.text, repr(one.expected), str(one.digits), *verdicts)
