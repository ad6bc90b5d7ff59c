"""A whole class at once: everybody's numbers compared with the right ones, one result each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backprop_cli.check.answers import Person
from backprop_cli.check.compare import AnswerKey, Comparison
from backprop_cli.check.diagnose import Findings, Memory, diagnose


@dataclass(frozen=True)
class PersonResult:
    """What became of one person's numbers, and which mistakes explain the wrong ones.

    `missing` were asked for, `faults` says what could not be read.
    """

    name: str
    missing: tuple[str, ...]
    comparison: Comparison
    findings: Findings
    faults: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether there is a number, and every one can be read and agrees."""
        return self.comparison.passed and bool(self.comparison.compared) and not self.faults

    @property
    def right(self) -> int:
        """How many numbers agree."""
        return self.comparison.agreeing

    @property
    def follows(self) -> int:
        """How many wrong numbers follow rightly from the person's own earlier ones."""
        return sum(one.follows for one in self.comparison.compared)

    @property
    def wrong(self) -> int:
        """How many numbers are wrong in themselves."""
        return len(self.comparison.compared) - self.right - self.follows

    @property
    def mistakes(self) -> list[str]:
        """What explains the wrong numbers, best first: mistakes, two made together joined by +, and slips of the pen."""
        made = ["+".join(one.id for one in diagnosis.mistakes) for diagnosis in self.findings.diagnoses]
        return made + [f"{slip.name} ({slip.slip})" for slip in self.findings.slips]

    def __repr__(self) -> str:
        compared, unknown = self.comparison.compared, self.comparison.unknown
        wrong = [one.given.name for one in compared if not one.agrees]
        parts = {"wrong": wrong, "explained by": self.mistakes, "unknown": unknown, "not read": self.faults}
        listed = [f"{what}: {', '.join(names[:6])}{', …' * (len(names) > 6)}" for what, names in parts.items() if names]
        return f"<{'; '.join([f'{self.right} of {len(compared)} numbers right', *listed])}>"


def namesakes(results: Sequence[PersonResult]) -> list[str]:
    """The names that several people have."""
    return [name for name, count in Counter(result.name for result in results).items() if count > 1]


def check_people(
    people: Sequence[Person],
    key: AnswerKey,
    tolerance: float | None,
    allows_unknown: bool,
    effort: float,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[PersonResult]:
    """Everybody's result. The same wrong numbers are explained once, each within about `effort` seconds."""
    memory = Memory()
    known: dict[tuple[tuple[str, float, float], ...], Findings] = {}
    results = []
    for order, person in enumerate(people):
        comparison = key.compare(person.answers.given, tolerance, allows_unknown)
        numbers = tuple((one.given.name, one.given.value, one.given.unit) for one in comparison.compared)
        if numbers not in known:
            known[numbers] = diagnose(comparison, None, effort, memory)
        given = {one.given.name for one in comparison.compared}
        missing = comparison.missing if person.asked is None else tuple(one for one in person.asked if one not in given)
        results.append(PersonResult(person.name, missing, comparison, known[numbers], person.faults))
        if on_progress is not None:
            on_progress(order + 1, len(people))
    return results
