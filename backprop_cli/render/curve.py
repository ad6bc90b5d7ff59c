"""The loss history as a small picture in characters."""

from __future__ import annotations

import math
from collections.abc import Sequence

_EIGHTHS = " ▁▂▃▄▅▆▇█"
HEIGHT = 6


def draw(values: Sequence[float], steps: int, width: int, is_ascii: bool) -> str:
    """The curve of `values` over `steps` steps, at most `width` columns, with the axes' ends written out.

    The scale is logarithmic where the values span more than a factor of 50 and all are positive.
    """
    is_log = min(values) > 0 and max(values) > 50 * min(values)
    heights = [math.log10(value) if is_log else value for value in values]
    low, high = min(heights), max(heights)
    labels = [f"{value:.4g}" for value in (max(values), min(values))]
    margin = max(map(len, labels)) + 2
    columns = _resampled(heights, max(8, width - margin - 2))
    span = (high - low) or 1.0
    levels = [(height - low) / span for height in columns]
    bar = "|" if is_ascii else "│"
    lines = []
    for row in reversed(range(HEIGHT)):
        label = labels[0] if row == HEIGHT - 1 else labels[1] if row == 0 else ""
        lines.append(f"{label.rjust(margin)} {bar}" + "".join(_cell(level, row, is_ascii) for level in levels).rstrip())
    last = f"{steps:,}"
    foot = "0" + last.rjust(max(len(columns) - 1, len(last) + 1))
    lines.append(" " * (margin + 2) + foot + " steps" + (" (log scale)" if is_log else ""))
    return "\n".join(lines)


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
