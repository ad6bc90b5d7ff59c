"""What can be seen in wrong numbers without knowing the mistake: a constant ratio to the right ones."""

from __future__ import annotations

_MOST = 12
"""Ratios of whole numbers up to this are plain."""
_PLAIN = sorted({p / q for p in range(_MOST + 1) for q in range(1, _MOST + 1)} | {0.001, 0.01, 100.0, 1000.0})


def is_plain(ratio: float, error: float) -> bool:
    """Whether a ratio, known up to an error, may be one of small whole numbers, or a power of ten, or minus that."""
    return any(abs(abs(ratio) - plain) <= error for plain in _PLAIN)
