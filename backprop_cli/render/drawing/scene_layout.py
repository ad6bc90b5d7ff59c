"""Where everything of a drawn network stands: nodes and edges with their places and names, no markup.

Each node and edge says which local derivatives it stands for (`links`, by name) and at which `stage` of the chain they come,
counted from the loss, so that a path can be lit by the names of its factors alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from backprop_cli.network.names import Names, Parameter
from backprop_cli.network.network import Network

NodeKind = Literal["input", "net", "unit", "bias", "share", "loss"]
EdgeKind = Literal["weight", "bias", "slope", "share"]

RADIUS = 36.0
ROW = 124.0
COLUMN = 236.0
MARGIN = 30.0
OWN_BIAS = 56.0
OWN_BIAS_HEIGHT = 22.0
ABOVE = 14.0
MOST_UNITS = 10
MOST_WEIGHTS = 120
MOST_LABELS = 4
STAGES = 7

BESIDE_INPUTS, BESIDE_UNITS, BESIDE_OWN_BIASES = 92.0, 106.0, 116.0
"""How far from the middle of a column the middle of a label is at least, for it to be clear of what stands there."""


@dataclass(frozen=True)
class Node:
    """A place with a name: `also` are further quantities shown with it (a unit's net input, an output's target).

    `near` are the links of the lines that meet here.
    """

    kind: NodeKind
    name: str
    x: float
    y: float
    also: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    stage: int | None = None
    parameter: Parameter | None = None
    near: tuple[str, ...] = ()

    @property
    def is_own_bias(self) -> bool:
        """Whether this is the bias of one unit."""
        return self.parameter is not None and not self.parameter.is_weight and self.parameter.unit is not None


@dataclass(frozen=True)
class Edge:
    """A line; `name` is its weight's or bias's, and `label` is where that is written, None where there is no room."""

    kind: EdgeKind
    start: tuple[float, float]
    end: tuple[float, float]
    links: tuple[str, ...]
    stage: int
    name: str = ""
    parameter: Parameter | None = None
    label: tuple[float, float] | None = None


@dataclass(frozen=True)
class Layout:
    """A whole drawing; edges are drawn before nodes."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def is_drawable(network: Network) -> bool:
    """Whether a network is small enough to be drawn unit by unit."""
    weights = sum(above * below for below, above in pairwise(network.names.widths))
    return max(network.names.widths) <= MOST_UNITS and weights <= MOST_WEIGHTS and network.names.depth <= MOST_UNITS


def stages(names: Names, layer: int) -> tuple[int, int]:
    """The stages of a layer's ∂a/∂z and of its ∂z/∂(what feeds it, or a parameter); ∂E/∂o is stage 0.

    They begin anew after `STAGES`, for that is how many colours can be told apart.
    """
    distance = names.depth - 1 - layer
    return (1 + 2 * distance) % STAGES, (2 + 2 * distance) % STAGES


def lay_out(network: Network) -> Layout:
    """Place a network: inputs on the left, then layer after layer, each output's share of the loss, the loss."""
    return _SceneBuilder(network).layout()


class _SceneBuilder:
    """Collects nodes and edges column by column."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.names = network.names
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.row = ROW + (OWN_BIAS_HEIGHT if "own" in self.names.biases else 0.0)
        self.middle = MARGIN + RADIUS + ABOVE + (max(self.names.widths) - 1) * self.row / 2
        self.x = MARGIN + RADIUS

    def layout(self) -> Layout:
        """Everything from left to right."""
        places = self._column(self.names.widths[0])
        for index, place in enumerate(places):
            self.nodes.append(Node("input", self.names.input(index), *place))
        for layer in range(self.names.depth):
            places = self._layer(layer, places)
        self._loss(places)
        lowest = max(node.y + (OWN_BIAS_HEIGHT if node.is_own_bias else RADIUS) for node in self.nodes)
        nodes = tuple(replace(node, near=self._near(node)) for node in self.nodes)
        return Layout(self.x + RADIUS + MARGIN, lowest + MARGIN, nodes, tuple(self.edges))

    def _near(self, node: Node) -> tuple[str, ...]:
        place = (node.x, node.y)
        meeting = [edge.links for edge in self.edges if place in (edge.start, edge.end)]
        return tuple(dict.fromkeys(link for links in meeting for link in links))

    def _column(self, count: int) -> list[tuple[float, float]]:
        top = self.middle - (count - 1) * self.row / 2
        return [(self.x, top + index * self.row) for index in range(count)]

    def _layer(self, layer: int, sources: list[tuple[float, float]]) -> list[tuple[float, float]]:
        names, units = self.names, self.names.widths[layer + 1]
        self.x += max(COLUMN, self._label_room(layer) * (min(units, len(sources), MOST_LABELS) + 1))
        slope_stage, link_stage = stages(names, layer)
        is_elementwise = self.network.activations[layer].is_elementwise
        places = self._column(units)
        for unit, place in enumerate(places):
            z, a = names.net_input(layer, unit), names.activation(layer, unit)
            if is_elementwise:
                self.nodes.append(Node("unit", a, *place, also=(z,), links=(f"d{a}/d{z}",), stage=slope_stage))
            else:
                self.nodes.append(Node("net", z, *place))
        self._weights(layer, sources, places, link_stage)
        self._biases(layer, sources, places, link_stage)
        return places if is_elementwise else self._mixed(layer, places, slope_stage)

    def _label_room(self, layer: int) -> float:
        """How far the labels of a layer's weights are from the column that they are nearer to, sources or units."""
        is_at_sources = self.names.widths[layer + 1] <= self.names.widths[layer]
        if is_at_sources and layer == 0:
            return BESIDE_INPUTS
        return BESIDE_OWN_BIASES if self.names.biases[layer - is_at_sources] == "own" else BESIDE_UNITS

    def _mixed(self, layer: int, nets: list[tuple[float, float]], stage: int) -> list[tuple[float, float]]:
        """The units of a softmax in a column of their own, each fed by every net input."""
        self.x += COLUMN * 0.72
        places = self._column(len(nets))
        for unit, place in enumerate(places):
            a = self.names.activation(layer, unit)
            for other, net in enumerate(nets):
                link = f"d{a}/d{self.names.net_input(layer, other)}"
                self.edges.append(Edge("slope", net, place, (link,), stage))
            self.nodes.append(Node("unit", a, *place))
        return places

    def _weights(
        self, layer: int, sources: list[tuple[float, float]], places: list[tuple[float, float]], stage: int
    ) -> None:
        share = _label_share(len(sources), len(places))
        for unit, end in enumerate(places):
            z = self.names.net_input(layer, unit)
            for source, start in enumerate(sources):
                name = self.names.weight(layer, unit, source)
                links = (f"d{z}/d{name}", f"d{z}/d{self.names.source(layer, source)}")
                parameter = Parameter(layer, unit, source)
                label = None if share is None else _between(start, end, share)
                self.edges.append(Edge("weight", start, end, links, stage, name, parameter, label))

    def _biases(
        self, layer: int, sources: list[tuple[float, float]], places: list[tuple[float, float]], stage: int
    ) -> None:
        """A shared bias below the sources, with a line to each unit; an own one below its unit."""
        for parameter in self.names.layer_biases(layer):
            name = self.names.of(parameter)
            units = range(len(places)) if parameter.unit is None else [parameter.unit]
            if parameter.unit is None:
                lowest = max(max(y for _, y in sources), max(y for _, y in places))
                place = (sources[0][0] + 0.42 * (places[0][0] - sources[0][0]), lowest + 0.8 * self.row)
            else:
                place = (places[parameter.unit][0], places[parameter.unit][1] + OWN_BIAS)
            links = tuple(f"d{self.names.net_input(layer, unit)}/d{name}" for unit in units)
            self.nodes.append(Node("bias", name, *place, links=links, stage=stage, parameter=parameter))
            for unit, link in zip(units, links, strict=True):
                self.edges.append(Edge("bias", place, places[unit], (link,), stage, name, parameter))

    def _loss(self, outputs: list[tuple[float, float]]) -> None:
        names = self.names
        self.x += COLUMN * 0.72
        shares = self._column(len(outputs))
        for index, (start, place) in enumerate(zip(outputs, shares, strict=True)):
            link = f"d{names.loss}/d{names.output(index)}"
            target = (names.target(index),) if self.network.loss.needs_targets else ()
            self.nodes.append(Node("share", names.share(index), *place, also=target))
            self.edges.append(Edge("share", start, place, (link,), 0))
        self.x += COLUMN * 0.66
        end = (self.x, self.middle)
        for index, place in enumerate(shares):
            self.edges.append(Edge("share", place, end, (f"d{names.loss}/d{names.output(index)}",), 0))
        self.nodes.append(Node("loss", names.loss, *end))


def _between(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _label_share(sources: int, units: int) -> float | None:
    """How far along its line a weight is written.

    With lines from i to j at heights proportional to i(1 − t) + j·t, the share t = 1/(units + 1) spaces all the labels evenly,
    and so does 1 − 1/(sources + 1); None where neither leaves room.
    """
    if min(sources, units) > MOST_LABELS:
        return None
    return 1 / (units + 1) if units <= sources else 1 - 1 / (sources + 1)
