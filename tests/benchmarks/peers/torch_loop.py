"""PyTorch, eager, two threads: torch.nn layers and torch.optim.SGD."""

import json
import sys
from pathlib import Path

import torch

torch.set_num_threads(2)
torch.set_default_dtype(torch.float64)
data = json.loads(Path(sys.argv[1]).read_text())
x, t = (
    torch.tensor(data[key]).reshape(-1, len(data[key][0]) if isinstance(data[key][0], list) else len(data[key]))
    for key in ("inputs", "targets")
)
parts = []
for layer in data["layers"]:
    w = torch.tensor(layer["weights"])
    linear = torch.nn.Linear(w.shape[1], w.shape[0])
    linear.weight.data, linear.bias.data = w, torch.tensor(layer["bias"])
    parts += [linear, torch.nn.Sigmoid()]
network = torch.nn.Sequential(*parts)
optimizer = torch.optim.SGD(network.parameters(), lr=data["learning_rate"])
for _ in range(int(sys.argv[2])):
    optimizer.zero_grad()
    loss = 0.5 * ((network(x) - t) ** 2).sum() / len(x)
    loss.backward()
    optimizer.step()
print(float(parts[0].weight.flatten()[0]))
