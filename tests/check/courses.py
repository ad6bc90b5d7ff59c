"""Networks of random size worked out in a few lines of NumPy, the way in which courses write them: samples × units, X @ W."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

Arrays = dict[str, Any]


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


class Course:
    """A network of random size with its samples, and every array of its backward pass, samples × units, inputs × units."""

    def __init__(self, seed: int, samples: int | None = None, widths: tuple[int, ...] | None = None) -> None:
        rng = self.rng = np.random.default_rng(seed)
        widths = widths or tuple(rng.integers(1, 5, size=rng.integers(2, 5)))
        self.depth, self.count = len(widths) - 1, samples or int(rng.integers(1, 5))
        self.is_mean = bool(rng.integers(2))
        self.weights = [rng.normal(size=shape).round(2) for shape in pairwise(widths)]
        self.biases = [rng.normal(size=width).round(2) for width in widths[1:]]
        self.inputs = rng.normal(size=(self.count, widths[0])).round(2)
        self.targets = rng.random(size=(self.count, widths[-1])).round(2)

    @property
    def network(self) -> dict[str, Any]:
        return {
            "inputs": self.inputs.tolist(), "targets": self.targets.tolist(), "learning_rate": 0.5,
            "reduction": "mean" if self.is_mean else "sum",
            "layers": [
                {"activation": "sigmoid", "weights": w.T.tolist(), "bias": b.tolist()}
                for w, b in zip(self.weights, self.biases, strict=True)
            ],
        }  # fmt: skip

    def worked(self) -> tuple[Arrays, Arrays]:
        """What every sample has its own of, and the gradients; layer 1 is the first."""
        each: Arrays = {"X": self.inputs}
        a = [self.inputs]
        for layer, (w, b) in enumerate(zip(self.weights, self.biases, strict=True), 1):
            each[f"Z{layer}"] = a[-1] @ w + b
            each[f"A{layer}"] = sigmoid(each[f"Z{layer}"])
            a.append(each[f"A{layer}"])
        back: Arrays = {}
        gradients: Arrays = {}
        by_a = a[-1] - self.targets
        for layer in range(self.depth, 0, -1):
            back[f"dA{layer}"] = by_a
            back[f"dZ{layer}"] = delta = by_a * a[layer] * (1 - a[layer])
            scale = 1 / self.count if self.is_mean else 1.0
            gradients[f"dW{layer}"] = a[layer - 1].T @ delta * scale
            gradients[f"db{layer}"] = delta.sum(axis=0) * scale
            by_a = delta @ self.weights[layer - 1].T
        back["dX"] = by_a
        return each | back, gradients
