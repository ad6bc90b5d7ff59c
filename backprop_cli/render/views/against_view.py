"""What `check --against` shows, as blocks: somebody's numbers beside the right ones, and the mistakes behind the wrong ones."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from backprop_cli.check.compare import Compared, Comparison
from backprop_cli.check.diagnose import Diagnosis, Findings
from backprop_cli.check.given import MACHINE_DIGITS, exponent_of
from backprop_cli.check.mistakes.entry import Made
from backprop_cli.check.ratios import Ratio, Slip
from backprop_cli.render.formats.notation import Notation, line, quantity_piece
from backprop_cli.render.views.blocks import Block, Column, Heading, Marked, Note, Table
from backprop_cli.render.views.phrases import counted, listed, shape_of

_FIXED = MACHINE_DIGITS - 3
"""To so many decimals a number of all digits is shown in fixed notation."""


def against_view(source: str, comparison: Comparison, findings: Findings, notation: Notation) -> Iterator[Block]:
    """The numbers in a table, what could not be compared, and the diagnoses, best first."""
    setup, steps = comparison.run.setup, comparison.run.steps
    network = setup.network
    yield Heading(notation.text(setup.title or f"A {shape_of(network)} network"), 1)
    compared = counted(len(comparison.compared), "number")
    yield Note(f"{compared} from {notation.text(source)}, {f'step {steps:,}' if steps else 'no step made'}")
    yield Heading("Given and right")
    yield numbers_table(comparison.compared, notation)
    yield Note(summary(comparison.compared))
    for remark in comparison.remarks:
        yield Note(f"{notation.text(remark[:1].upper() + remark[1:])}.")
    if comparison.missing:
        yield Note(f"Not given: {_listed(comparison.missing, notation)}.")
    if comparison.unknown:
        unknown = listed(comparison.unknown, lambda name: _unknown(name, comparison, notation))
        yield Note(f"Unknown here: {unknown}.")
        if not comparison.allows_unknown:
            yield Note(f"An unknown name fails the check, {notation.code('--allow-unknown')} lets it pass.")
    wrong = sum(not one.agrees for one in comparison.compared)
    yield from _ratios(_telling(findings), wrong, notation)
    causes = [block for diagnosis in findings.diagnoses for block in _diagnosis(diagnosis, comparison, notation)]
    causes += [*_left(findings, notation), *_slips(findings.slips, notation)]
    yield from [Heading("Diagnosis"), *causes] if causes else []


def numbers_table(compared: Sequence[Compared], notation: Notation) -> Table:
    """Given numbers beside the right ones."""
    columns = (
        Column("number", "math"),
        Column("given", "number"),
        Column("right", "number"),
        Column("same digits", "number"),
        Column("verdict"),
    )
    rows = (
        (
            _name(one.given.name, notation),
            _given(one.given.text, notation),
            notation.math(notation.value(one.expected, _telling_decimals(one))),
            str(one.digits),
            _verdict(one),
        )
        for one in compared
    )
    return Table(columns, rows, len(compared))


def _verdict(one: Compared) -> Marked:
    if one.agrees:
        return Marked("agrees", "right")
    return Marked("follows", "") if one.follows else Marked("wrong", "wrong")


def _unknown(name: str, comparison: Comparison, notation: Notation) -> str:
    meant = comparison.meant.get(name)
    return notation.text(name) + (f" (did you mean {notation.text(meant)}?)" if meant else "")


def _telling_decimals(one: Compared) -> int:
    """One more than it was given with, so that a difference in its last digit is seen; no more than a float64 has."""
    unit = one.given.unit
    if unit == 0.0 and one.agrees:
        return 0
    first = exponent_of(one.expected)
    place = MACHINE_DIGITS - 1 - first if unit == 0.0 else 1 - round(math.log10(unit))
    # far below 1 it is shown in scientific notation, whose decimals count from its first digit
    return min(MACHINE_DIGITS - 1, place + first) if first < -_FIXED else min(MACHINE_DIGITS - 1 - first, place)


def _given(text: str, notation: Notation) -> str:
    """A number as it was given, digit for digit."""
    return notation.math(notation.number(text.strip().lower()))


def summary(compared: Sequence[Compared]) -> str:
    """A sentence about how many agree."""
    count, right = len(compared), sum(one.agrees for one in compared)
    if right == count:
        return f"{ {1: 'It agrees', 2: 'Both agree'}.get(count, f'All {count:,} agree') } to the digits given."
    following = sum(one.follows for one in compared)
    wrong = count - right - following
    follow = f"{following:,} {'follows' if following == 1 else 'follow'} rightly from"
    clauses = [f"{right:,} {'agrees' if right == 1 else 'agree'} to the digits given"] if right else []
    if wrong:
        clauses.append(f"{wrong:,} {'is' if wrong == 1 else 'are'} wrong")
    if following:
        clauses.append(f"{follow} {'that' if wrong else 'rounded ones: carry more digits'}")
    return f"{', '.join(clauses)}."


def _diagnosis(diagnosis: Diagnosis, comparison: Comparison, notation: Notation) -> Iterator[Block]:
    """The sentence, the formulas, what it explains, and what speaks against it; other numbers that follow are not counted."""
    explained = set(diagnosis.explains)
    wrong = sum(not one.agrees and (not one.follows or one.given.name in explained) for one in comparison.compared)
    yield Heading(notation.text(" and ".join(made.id for made in diagnosis.mistakes)), 3)
    yield Note(f"{_share(len(diagnosis.explains), wrong)} what you get if {_sentence(diagnosis.mistakes, notation)}.")
    columns = (Column("right", "math"), Column("wrong", "math"))
    rows = [tuple(line(formula, notation) for formula in made.formulas) for made in diagnosis.mistakes]
    yield Table(columns, rows, len(rows))
    yield Note(f"It explains {_listed(diagnosis.explains, notation)}.")
    would_be = dict(diagnosis.would_be)
    if diagnosis.contradicts:
        names = listed(diagnosis.contradicts, lambda name: _with_value(name, would_be, notation))
        yield Note(f"But then {names} would be wrong too.")
    others = [name for name in would_be if name not in diagnosis.contradicts]
    if others:
        names = listed(others, lambda name: _with_value(name, would_be, notation))
        yield Note(f"And it would make {names} wrong in another way.")
    for alternative in diagnosis.alternatives:
        ids = notation.text(" and ".join(made.id for made in alternative))
        yield Note(f"The same numbers come out if {_sentence(alternative, notation)} ({ids}).")


def _with_value(name: str, would_be: Mapping[str, float], notation: Notation) -> str:
    """`w31 (0.1643)`, what it would be."""
    value = f" ({notation.math(notation.term(would_be[name]))})" if name in would_be else ""
    return f"{_name(name, notation)}{value}"


def _share(explained: int, wrong: int) -> str:
    if explained == wrong:
        return (
            "The wrong number is"
            if wrong == 1
            else "Both wrong numbers are"
            if wrong == 2
            else f"All {wrong:,} wrong numbers are"
        )
    return f"{explained:,} of {wrong:,} wrong numbers {'is' if explained == 1 else 'are'}"


def _sentence(mistakes: Sequence[Made], notation: Notation) -> str:
    return notation.text(", and ".join(made.sentence for made in mistakes))


def _left(findings: Findings, notation: Notation) -> Iterator[Note]:
    miswritten = {slip.name for slip in findings.slips}
    unexplained = [name for name in findings.unexplained if name not in miswritten]
    if unexplained:
        yield Note(f"No known mistake explains {_listed(unexplained, notation)}.")
    if findings.left_out:
        possibilities = counted(findings.left_out, "possibility was", "possibilities were")
        how = notation.code(f"--effort {findings.wanted}")
        yield Note(f"{possibilities} not tried, to save time: {how} has enough for all.")


_SLIPS = {
    "sign": ("is right but for its sign", "are right but for their signs"),
    "twice": ("is twice the right number", "are twice the right numbers"),
    "half": ("is half the right number", "are half the right numbers"),
    "last_digit": (
        "is off by one in its last digit, as where it was rounded on the way",
        "are off by one in their last digits, as where they were rounded on the way",
    ),
    "decimal_point": ("has its decimal point in the wrong place", "have their decimal points in the wrong place"),
}


def _slips(slips: Sequence[Slip], notation: Notation) -> Iterator[Note]:
    """Which numbers that no mistake explains are right ones miswritten."""
    for kind, (of_one, of_several) in _SLIPS.items():
        names = list(dict.fromkeys(slip.name for slip in slips if slip.slip == kind))
        if names:
            yield Note(f"{_listed(names, notation)} {of_one if len(names) == 1 else of_several}.")
    for slip in slips:
        if slip.of:
            yield Note(f"{_name(slip.name, notation)} is what {_name(slip.of, notation)} should be.")


_LOST = {
    "-1": "a lost sign",
    "2": "a lost half",
    "1/2": "a lost two",
    "10": "a slipped decimal point",
    "1/10": "a slipped decimal point",
}
"""What a factor is that has no letter."""
_COUNTS = {"N": "the number of samples", "n": "the number of outputs"}


def _telling(findings: Findings) -> list[Ratio]:
    """The ratios but those of no special size in numbers that a mistake explains."""
    explained = {name for diagnosis in findings.diagnoses for name in diagnosis.explains}
    return [ratio for ratio in findings.ratios if ratio.is_plain or not explained.issuperset(ratio.names)]


def _ratios(ratios: Sequence[Ratio], wrong: int, notation: Notation) -> Iterator[Note]:
    """Such as: all of W2 are 2 × the right ones (n), all of b1 4 ×."""
    if not ratios:
        return
    is_one_for_all = len({ratio.ratio for ratio in ratios}) == 1 and sum(len(ratio.names) for ratio in ratios) == wrong
    clauses = [f"{_members(ratio, notation)} {_times(ratio, notation)}" for ratio in ratios]
    first = ratios[0]
    if is_one_for_all and wrong > 1:
        clauses = [f"{_every_one(ratios, wrong)} are {_times(first, notation, ' the right ones')}"]
    else:
        is_one, members = len(first.names) == 1, _members(first, notation)
        if members.startswith(("all ", "the change")):
            members = f"{members[:1].upper()}{members[1:]}"
        right = "ones" if not is_one else "one" if first.of_changes else "number"
        clauses[0] = f"{members} {'is' if is_one else 'are'} {_times(first, notation, f' the right {right}')}"
    meanings = "".join(meaning for ratio in ratios for meaning in ratio.may_be)
    letters = [f" {notation.math(letter)} is {what}." for letter, what in _COUNTS.items() if letter in meanings]
    yield Note(f"{', '.join(clauses)}.{''.join(letters)}")


def _every_one(ratios: Sequence[Ratio], wrong: int) -> str:
    """All wrong numbers; of new values it is their changes that have a ratio."""
    numbers = "both wrong numbers" if wrong == 2 else f"all {wrong:,} wrong numbers"
    if all(ratio.of_changes for ratio in ratios):
        return f"The changes of {numbers}"
    return numbers.capitalize() + ", or their changes," * any(ratio.of_changes for ratio in ratios)


def _members(ratio: Ratio, notation: Notation) -> str:
    """`all of W2`, `all changes of W2`, or the names, `the change of w31⁺`."""
    if len(ratio.names) == 1 or ratio.group[:1] not in ("W", "b"):
        changes = f"the change{'s' * (len(ratio.names) > 1)} of " * ratio.of_changes
        return changes + _listed(ratio.names, notation)
    return f"all {'changes ' * ratio.of_changes}of {ratio.group.removesuffix('+')}"


def _spelled(factor: str, notation: Notation) -> str:
    """`−η`, `2 ×`, from `-eta`, `2 by`."""
    for sign, symbol in (("-", "minus"), ("eta", "eta"), ("by", "by")):
        factor = factor.replace(sign, notation.symbol(symbol))
    return notation.math(factor)


def _times(ratio: Ratio, notation: Notation, what: str = "") -> str:
    """`2 × the right ones (n)`."""
    plain = Fraction(ratio.ratio).limit_denominator(1000)
    factor = str(plain) if math.isclose(plain, ratio.ratio, rel_tol=1e-12) else f"{ratio.ratio:.4g}"
    meanings = [
        _LOST.get(meaning) or _spelled(meaning, notation)
        for meaning in ratio.may_be
        if meaning in _LOST or meaning != factor
    ]
    by = _spelled(f"{factor} by", notation)
    return f"{by}{what} ({' or '.join(meanings)})" if meanings else f"{by}{what}"


def _listed(names: Sequence[str], notation: Notation) -> str:
    return listed(names, lambda name: _name(name, notation))


_OF_SAMPLE = re.compile(r"((?:d.+/d)?[^Wb].*)(\[[0-9]+\])")


def _name(name: str, notation: Notation) -> str:
    """`∂E/∂w31`, `w31⁺`, `z3[2]` of the second sample, from the way in which it was given."""
    plain = name.strip().replace("∂", "d").replace("⁺", "+")
    if of_sample := _OF_SAMPLE.fullmatch(plain):
        return _name(of_sample[1], notation) + notation.text(of_sample[2])
    return notation.math(quantity_piece(plain, notation).text)
