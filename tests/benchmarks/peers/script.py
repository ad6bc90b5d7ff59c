"""What somebody would write who needs this job once: Typer, PyYAML, NumPy and one Rich table."""

from pathlib import Path

import numpy as np
import typer
import yaml
from rich.console import Console
from rich.table import Table


def main(config: Path) -> None:
    """One update of a 2-2-2 network of sigmoids with a shared bias a layer under Σ½(t − o)²."""
    data = yaml.safe_load(config.read_text(encoding="utf-8"))
    x, t, eta = np.array(data["inputs"]), np.array(data["targets"]), data["learning_rate"]
    first, second = (
        [list(row.values()) if isinstance(row, dict) else row for row in layer["weights"]] for layer in data["layers"]
    )
    w1, w2 = np.array(first), np.array(second)
    b1, b2 = (
        bias if isinstance(bias, float) else next(iter(bias.values()))
        for bias in (layer["bias"] for layer in data["layers"])
    )
    a = 1 / (1 + np.exp(-(w1 @ x + b1)))
    o = 1 / (1 + np.exp(-(w2 @ a + b2)))
    d2 = (o - t) * o * (1 - o)
    d1 = (w2.T @ d2) * a * (1 - a)
    table = Table("parameter", "old", "gradient", "new")
    for name, old, slope in (
        ("W1", w1, np.outer(d1, x)),
        ("b1", b1, d1.sum()),
        ("W2", w2, np.outer(d2, a)),
        ("b2", b2, d2.sum()),
    ):
        table.add_row(name, str(old), str(slope), str(old - eta * slope))
    Console().print(table)


typer.run(main)
