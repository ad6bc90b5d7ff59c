"""The right name for a wrong one: what it means, else the name whose letters are most like it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import takewhile

MEANINGS: dict[str, tuple[str, ...]] = {
    # keys of the file, and options
    "lr": ("learning_rate",),
    "eta": ("learning_rate",),
    "η": ("learning_rate",),
    "rate": ("learning_rate",),
    "alpha": ("learning_rate", "slope"),
    "epochs": ("steps",),
    "epoch": ("steps",),
    "iterations": ("steps",),
    "updates": ("steps",),
    "x": ("inputs", "input"),
    "data": ("inputs",),
    "features": ("inputs",),
    "y": ("targets",),
    "t": ("targets",),
    "labels": ("targets",),
    "desired": ("targets",),
    "network": ("layers",),
    "model": ("layers",),
    "error": ("loss",),
    "cost": ("loss",),
    "criterion": ("loss",),
    "l2": ("penalty", "squared_error"),
    "regularization": ("penalty",),
    "regularisation": ("penalty",),
    "lambda": ("penalty",),
    "batch": ("batch_size",),
    "average": ("mean",),
    "frozen": ("freeze",),
    "description": ("title",),
    "name": ("title",),
    "w": ("weights", "weight"),
    "kernel": ("weights",),
    "b": ("bias",),
    "offset": ("bias",),
    "threshold": ("bias",),
    "size": ("units",),
    "neurons": ("units",),
    "nodes": ("units",),
    "width": ("units",),
    "function": ("activation",),
    "nonlinearity": ("activation",),
    "decimals": ("digits",),
    "precision": ("digits",),
    "out": ("output",),
    "silent": ("quiet",),
    # commands
    "train": ("run",),
    "fit": ("run",),
    "derive": ("explain",),
    "derivative": ("chain",),
    "diff": ("chain",),
    "draw": ("plot",),
    "new": ("init",),
    "mark": ("check",),
    "grade": ("check",),
    # what options choose from
    "backward": ("gradients",),
    "tensorflow": ("keras",),
    "excel": ("xlsx",),
    "graphviz": ("dot",),
    # activations
    "identity": ("linear",),
    "none": ("linear",),
    "purelin": ("linear",),
    "logistic": ("sigmoid",),
    "sigma": ("sigmoid",),
    "σ": ("sigmoid",),
    "expit": ("sigmoid",),
    "logsig": ("sigmoid",),
    "tansig": ("tanh",),
    "hyperbolictangent": ("tanh",),
    "rectifier": ("relu",),
    "ramp": ("relu",),
    "lrelu": ("leaky_relu",),
    "leaky": ("leaky_relu",),
    "swish": ("silu",),
    "negativeslope": ("slope",),
    # losses
    "mse": ("mean_squared_error",),
    "l2loss": ("squared_error",),
    "sse": ("squared_error",),
    "quadratic": ("half_squared_error",),
    "mae": ("mean_absolute_error",),
    "l1": ("absolute_error",),
    "smoothl1": ("huber",),
    "bce": ("binary_cross_entropy",),
    "logloss": ("binary_cross_entropy",),
    "ce": ("cross_entropy",),
    "nll": ("cross_entropy",),
    "categoricalcrossentropy": ("cross_entropy",),
    "kl": ("kl_divergence",),
    "kld": ("kl_divergence",),
}
"""What people call a thing, in small letters and without signs, and what it may be called here."""

LIKENESS, LIKENESS_OF_SHORT = 0.55, 0.5
"""The least share of letters in common (difflib's ratio) at which one name is offered for another; of up to three letters half."""
MOST_COMPARED = 10_000
"""More names than these are not compared with a wrong one."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` means or is most like, or None where there is none."""
    candidates = list(known)[:MOST_COMPARED]
    plain = {_plain(candidate): candidate for candidate in reversed(candidates)}
    for meant in (name, *MEANINGS.get(_plain(name), ())):
        if _plain(meant) in plain:
            return plain[_plain(meant)]
    bare, cutoff = name.lstrip("-"), LIKENESS if len(name) > 3 else LIKENESS_OF_SHORT
    bares = [candidate.lstrip("-") for candidate in candidates]
    close = set(difflib.get_close_matches(bare, bares, n=max(1, len(bares)), cutoff=cutoff))
    alike = [candidate for candidate in candidates if candidate.lstrip("-") in close]
    return max(alike, key=lambda candidate: _nearness(bare, candidate.lstrip("-")), default=None)


def _plain(name: str) -> str:
    """A name's letters and digits alone, small: `Cross-Entropy Loss` is `crossentropyloss`."""
    return "".join(filter(str.isalnum, name.lower()))


def _nearness(one: str, other: str) -> tuple[int, float, int]:
    """How many letters they begin with alike, what share of all is alike, and how near the first letters that differ are."""
    start = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one.lower(), other.lower(), strict=False))))
    first, second = (ord(text[start]) if len(text) > start else 0 for text in (one, other))
    return start, difflib.SequenceMatcher(None, one, other).ratio(), -abs(first - second)


def suggestion(name: str, known: Iterable[str], listed: int = 12) -> str:
    """The hint about an unknown name: the nearest known one, and what there is, as far as that is short."""
    candidates = list(known)
    close = nearest(name, candidates)
    names = ", ".join(candidates[:listed]) + (", …" if len(candidates) > listed else "")
    return " ".join([f"did you mean {close!r}?"] * bool(close) + [f"known: {names}"] * bool(names))
