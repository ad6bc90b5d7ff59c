"""A plain NumPy loop: sigmoid layers, half squared error, plain SGD."""

import json
import sys
from pathlib import Path

import numpy as np

data = json.loads(Path(sys.argv[1]).read_text())
x, t = np.atleast_2d(data["inputs"]), np.atleast_2d(data["targets"])
weights = [np.array(layer["weights"]) for layer in data["layers"]]
biases = [np.array(layer["bias"]) for layer in data["layers"]]
rate = data["learning_rate"]
if len(x) == 1:
    x, t = x[0], t[0]
    for _ in range(int(sys.argv[2])):
        a = [x]
        for w, b in zip(weights, biases, strict=True):
            a.append(1 / (1 + np.exp(-(w @ a[-1] + b))))
        delta = (a[-1] - t) * a[-1] * (1 - a[-1])
        for layer in reversed(range(len(weights))):
            below = (weights[layer].T @ delta) * a[layer] * (1 - a[layer]) if layer else None
            weights[layer] -= rate * np.outer(delta, a[layer])
            biases[layer] -= rate * delta
            delta = below
else:
    for _ in range(int(sys.argv[2])):
        a = [x]
        for w, b in zip(weights, biases, strict=True):
            a.append(1 / (1 + np.exp(-(a[-1] @ w.T + b))))
        delta = (a[-1] - t) * a[-1] * (1 - a[-1]) / len(x)
        for layer in reversed(range(len(weights))):
            below = (delta @ weights[layer]) * a[layer] * (1 - a[layer]) if layer else None
            weights[layer] -= rate * (delta.T @ a[layer])
            biases[layer] -= rate * delta.sum(axis=0)
            delta = below
print(weights[0].ravel()[0])
