"""The loss history as a picture in characters, with numbers at both axes."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_cli.render.drawing.axes import Axis, step_axis, value_axis

_EIGHTHS = " ▁▂▃▄▅▆▇█"
HEIGHT = 8
MOST_TICKS = 4
THICKEST = 6
"""Of a short run each value is a bar of up to so many columns."""


def draw(values: Sequence[float], steps: int, width: int, is_ascii: bool) -> str:
    """The curve of `values` over `steps` steps, at most `width` columns.

    The scale is logarithmic where the values span more than a factor of 50 and all are positive.
    """
    axis = value_axis(values, MOST_TICKS)
    marks = _marks(axis, is_ascii)
    margin = max(map(len, marks.values())) + 2
    room = max(8, width - margin - 2)
    thickness = max(1, min(THICKEST, room // len(values)))
    columns = [level for level in _resampled([axis.share(value) for value in values], room) for _ in range(thickness)]
    bar, tick = ("|", "+") if is_ascii else ("│", "┤")
    lines = [f"{' ' * margin}   (log scale)"] if axis.is_log else []
    for row in reversed(range(HEIGHT)):
        cells = "".join(_cell(level, row, is_ascii) for level in columns).rstrip()
        lines.append(f"{marks.get(row, '').rjust(margin)} {tick if row in marks else bar}{cells}")
    margin += 1
    lines.extend(" " * margin + line for line in _foot(steps, len(columns), thickness, room, is_ascii))
    return "\n".join(lines)


def _marks(axis: Axis, is_ascii: bool) -> dict[int, str]:
    """Which rows carry a number, and which: no two in neighbouring rows."""
    marks: dict[int, str] = {}
    for tick, label in zip(axis.ticks, axis.labels(), strict=True):
        row = round(axis.share(tick) * (HEIGHT - 1))
        if row not in marks and row - 1 not in marks:
            marks[row] = label if is_ascii else label.replace("-", "−")
    return marks


def _foot(steps: int, width: int, thickness: int, room: int, is_ascii: bool) -> tuple[str, str]:
    """The axis of the steps, and below it the numbers that have room beside the last one."""
    corner, line, tick = ("+", "-", "+") if is_ascii else ("└", "─", "┴")
    axis = step_axis(steps, max(2, width // 12))
    rule, numbers = [corner, *[line] * width], [" "] * (room + 1)
    *places, (end, total) = [
        (round(axis.share(at) * (width - thickness) + (thickness - 1) // 2) + 1, label)
        for at, label in zip(axis.ticks, axis.labels(), strict=True)
    ]
    last = f"{total} steps"
    end_from = max(0, min(end - len(total) // 2, room + 1 - len(last)))
    rule[end] = tick
    numbers[end_from:] = last
    free_from = 0
    for column, label in places:
        start = max(0, column - len(label) // 2)
        if free_from <= start and start + len(label) < end_from:
            rule[column] = tick
            numbers[start : start + len(label)] = label
            free_from = start + len(label) + 1
    return "".join(rule), "".join(numbers)


def _resampled(values: Sequence[float], width: int) -> list[float]:
    """The values at evenly spaced indices, first and last included."""
    if len(values) <= width:
        return list(values)
    return [values[round(index * (len(values) - 1) / (width - 1))] for index in range(width)]


def _cell(level: float, row: int, is_ascii: bool) -> str:
    """One character of a column that is filled up to `level` (0 to 1)."""
    filled = (1 + level * (HEIGHT * 8 - 1)) - row * 8
    if is_ascii:
        return "#" if filled >= 4 or (row == 0) else " "
    return _EIGHTHS[max(0, min(8, round(filled)))]
