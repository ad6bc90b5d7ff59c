"""JAX: the whole loop under jit, with fori_loop and grad."""

import json
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
data = json.loads(Path(sys.argv[1]).read_text())
x, t = jnp.atleast_2d(jnp.array(data["inputs"])), jnp.atleast_2d(jnp.array(data["targets"]))
parameters = [(jnp.array(layer["weights"]), jnp.array(layer["bias"])) for layer in data["layers"]]
rate = data["learning_rate"]


def loss(parameters: Any) -> Any:
    a = x
    for w, b in parameters:
        a = jax.nn.sigmoid(a @ w.T + b)
    return 0.5 * ((a - t) ** 2).sum() / len(x)


def update(_: Any, parameters: Any) -> Any:
    return jax.tree.map(lambda value, slope: value - rate * slope, parameters, jax.grad(loss)(parameters))


def run(parameters: Any, steps: int) -> Any:
    return jax.lax.fori_loop(0, steps, update, parameters)


print(float(jax.jit(run)(parameters, int(sys.argv[2]))[0][0].ravel()[0]))
