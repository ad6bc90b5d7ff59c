"""The files that are mutated: the shipped networks as YAML and as JSON, and answers to one of them in every form."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from backprop_cli.files.document import parse
from tests.fuzz.target import Question, call

CONFIGS = sorted(Path(__file__).parents[2].joinpath("configs").glob("*.yaml"))

ANSWERS = (
    "name,value\na1,0.5933\ndE/dz3,0.1385\nw31,0.0822\nw41,0.0827\nw11,0.000668\n",
    "w31;0,0822\nw41;0,0827\nW1[1,1];0,00044\n",
    "w31: 0.0822\nw31+: 0.35891648\nE+: 0.291027924\ndo1/dz3: 0.1868\n",
    '{"W2": [[0.0822, 0.0827], [-0.0226, -0.0227]], "b1": 0.01, "z1": 0.3775}',
)


@cache
def seeds(question: Question) -> list[bytes]:
    """What may be mutated for a question."""
    if question.answers:
        return [*(text.encode() for text in ANSWERS), call("run", "classic", "-f", "json")[1].encode()]
    networks = [path.read_bytes() for path in CONFIGS]
    if question.suffix == ".yaml":
        return networks
    return [json.dumps(parse(content.decode(), "seed", "yaml").data, indent=1).encode() for content in networks]
