"""The update rule of torch.optim.SGD, written out from its documentation for one parameter vector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from tests.oracle.reference import Array


@dataclass(frozen=True)
class Rule:
    """The settings of torch.optim.SGD; `weight_decay` may differ from parameter to parameter."""

    learning_rate: float = 0.5
    momentum: float = 0.0
    dampening: float = 0.0
    nesterov: bool = False
    weight_decay: float | Array = 0.0


def steps(rule: Rule, start: Array, gradient: Callable[[Array, int], Array], trained: Array) -> Iterator[Array]:
    """Yield the parameters after each step, without end; a parameter that is not trained is no business of SGD's."""
    theta, buffer = start, None
    for step in count():
        g = gradient(theta, step) + rule.weight_decay * theta
        if rule.momentum != 0:
            buffer = g if buffer is None else rule.momentum * buffer + (1 - rule.dampening) * g
            g = g + rule.momentum * buffer if rule.nesterov else buffer
        theta = np.where(trained, theta - rule.learning_rate * g, theta)
        yield theta
