"""A network drawn unit by unit, with its names and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from backprop_cli.network.names import Parameter
from backprop_cli.network.network import Network
from backprop_cli.render.drawing.scene_layout import MARGIN, OWN_BIAS_HEIGHT, RADIUS, Edge, Layout, Node, lay_out
from backprop_cli.render.drawing.svg import (
    LONGEST_NAME,
    LONGEST_NUMBER,
    Element,
    add,
    add_name,
    add_number,
    root,
    short_number,
)
from backprop_cli.render.views.phrases import functions_of, shape_of

By = Literal["weight", "gradient"]

LEGEND_HEIGHT = 30.0
"""Room below a drawing for what its colours, widths and numbers mean."""

THINNEST, THICKEST = 1.2, 7.0
_BOX = (88.0, 50.0)
_BIAS = (80.0, 42.0)
_OWN_BIAS = (112.0, OWN_BIAS_HEIGHT)


@dataclass(frozen=True)
class Drawing:
    """What is drawn: the network and its numbers by name, and whether lines show weights or gradients.

    `whose` says of one of several samples which it is. `is_linked` makes every parameter a link to `#` + its anchor, for a page
    that has those.
    """

    network: Network
    values: Mapping[str, float]
    by: By = "weight"
    is_standalone: bool = True
    is_linked: bool = False
    whose: str = ""

    def gradient_name(self, name: str) -> str:
        """`dE/dw31`."""
        return f"d{self.network.names.loss}/d{name}"

    def shown(self, name: str) -> float:
        """What a parameter's line shows: its value or its gradient."""
        return self.values[name if self.by == "weight" else self.gradient_name(name)]


def anchor(parameter: Parameter) -> str:
    """The id of a parameter's place in a page: `parameter-2-1-1` (layer, unit, source), `parameter-2-1`, `parameter-2`."""
    indices = (parameter.layer, parameter.unit, parameter.source)
    return "-".join(["parameter", *(str(index + 1) for index in indices if index is not None)])


def network_svg(drawing: Drawing) -> Element:
    """The drawing: lines, then their labels, then units, so that nothing important is covered."""
    layout = lay_out(drawing.network)
    height = layout.height + (LEGEND_HEIGHT if drawing.is_standalone else 0.0)
    svg = root(layout.width, height, _label(drawing), f"network by-{drawing.by}", drawing.is_standalone)
    largest = _largest(drawing, layout)
    lines = add(svg, "g", {"class": "edges"})
    for edge in layout.edges:
        _edge(lines, edge, drawing, largest)
    labels = add(svg, "g", {"class": "labels"})
    for edge in layout.edges:
        if edge.label is not None:
            _edge_label(labels, edge, drawing)
    nodes = add(svg, "g", {"class": "nodes"})
    for node in layout.nodes:
        _node(nodes, node, drawing)
    if drawing.is_standalone:
        _legend(svg, drawing, layout.height + LEGEND_HEIGHT / 2)
    return svg


def _legend(svg: Element, drawing: Drawing, y: float) -> None:
    """What colours, widths and numbers mean."""
    loss, x = drawing.network.names.loss, MARGIN
    for sign, room in (("positive", 86.0), ("negative", 92.0)):
        key = add(svg, "g", {"class": f"edge {sign}"})
        add(key, "path", {"class": "line", "d": f"M{x:g} {y:g}h22", "stroke-width": 4.0})
        add(svg, "text", {"class": "also legend", "x": x + 29, "y": y + 4.5}, sign)
        x += room + 22
    shown = "the weight" if drawing.by == "weight" else f"∂{loss}/∂w, the gradient"
    whose = f" of {drawing.whose}" if drawing.whose else ""
    add(svg, "text", {"class": "also legend", "x": x, "y": y + 4.5}, f"beside w and by width: {shown}{whose}")


def _label(drawing: Drawing) -> str:
    network = drawing.network
    return f"A {shape_of(network)} network, {functions_of(network)}, with its {drawing.by}s"


def _largest(drawing: Drawing, layout: Layout) -> float:
    return max((abs(drawing.shown(edge.name)) for edge in layout.edges if edge.kind == "weight"), default=0.0) or 1.0


def width_of(value: float, largest: float) -> float:
    """A line's width in proportion to |value|, never so thin that it is lost."""
    return THINNEST + (THICKEST - THINNEST) * min(1.0, abs(value) / largest)


def _marks(item: Edge | Node, css_class: str) -> dict[str, str | float | None]:
    stage = None if item.stage is None else str(item.stage)
    near = item.near if isinstance(item, Node) else ()
    return {
        "class": css_class,
        "data-links": words(item.links) or None,
        "data-near": words(near) or None,
        "data-stage": stage,
    }


def words(names: Iterable[str]) -> str:
    """Names, which may hold spaces, as words with spaces between them."""
    return " ".join(name.replace(" ", "\u00a0") for name in names)


def _container(parent: Element, item: Edge | Node, css_class: str, drawing: Drawing) -> Element:
    """A group; of a parameter in a page, a link with what it is as its title."""
    marks = _marks(item, css_class)
    if item.parameter is None:
        return add(parent, "g", marks)
    marks["data-parameter"] = item.name
    is_second = item.kind == "bias" and isinstance(item, Edge)
    if not drawing.is_linked or is_second:
        return add(parent, "g", marks)
    group = add(parent, "a", {**marks, "href": f"#{anchor(item.parameter)}"})
    value, gradient = drawing.values[item.name], drawing.values[drawing.gradient_name(item.name)]
    kind = "weight" if item.parameter.is_weight else "bias"
    title = f"{kind} {item.name} = {short_number(value)}, gradient {short_number(gradient)}"
    add(group, "title", {"data-title": item.name}, title)
    return group


def sign_of(value: float) -> str:
    """The class that colours a line and its number, after a space; zero has neither sign."""
    return " negative" if value < 0 else " positive" if value > 0 else ""


def _edge(parent: Element, edge: Edge, drawing: Drawing, largest: float) -> None:
    sign, width = "", 1.4
    if edge.kind == "weight":
        value = drawing.shown(edge.name)
        sign, width = sign_of(value), width_of(value, largest)
    group = _container(parent, edge, f"edge {edge.kind}{sign}", drawing)
    path = "M{:g} {:g}L{:g} {:g}".format(*(round(number, 2) for number in (*edge.start, *edge.end)))
    if edge.kind == "weight" and drawing.is_linked:
        add(group, "path", {"class": "hit", "d": path})
    add(group, "path", {"class": "line", "d": path, "stroke-width": width})


def _edge_label(parent: Element, edge: Edge, drawing: Drawing) -> None:
    assert edge.label is not None
    x, y = edge.label
    marks: dict[str, str | float | None] = {
        "class": f"label{sign_of(drawing.shown(edge.name))}",
        "data-parameter": edge.name,
    }
    if drawing.is_linked and edge.parameter is not None:
        hidden: dict[str, str | float | None] = {"tabindex": "-1", "aria-hidden": "true"}
        group = add(parent, "a", {**marks, **hidden, "href": f"#{anchor(edge.parameter)}"})
    else:
        group = add(parent, "g", marks)
    _parameter_text(group, edge.name, x, y, drawing, is_boxed=True)


def _parameter_text(group: Element, name: str, x: float, y: float, drawing: Drawing, is_boxed: bool) -> None:
    """`w31 0.4` in one line, or on a bias the number below its name; with both numbers where a page can switch."""
    shown = _shown_numbers(name, drawing)
    if is_boxed:
        for quantity, kind in shown:
            width = label_width(name, drawing.values[quantity])
            box: dict[str, str | float | None] = {"x": x - width / 2, "y": y - 10, "width": width, "height": 20}
            add(group, "rect", {"class": kind, **box, "rx": 5})
    text = add(group, "text", {"x": x, "y": y + 4.5})
    add_name(text, name)
    add(text, "tspan", {}, " ")
    for quantity, kind in shown:
        add_number(text, quantity, drawing.values[quantity], f"number {kind}")


def label_width(name: str, value: float) -> float:
    """About how wide `name value` is in the widest of the usual fonts."""
    number = short_number(value)
    return 6.8 * min(len(name), LONGEST_NAME) + (7.2 if len(number) <= LONGEST_NUMBER else 6.9) * len(number) + 12.0


def _shown_numbers(name: str, drawing: Drawing) -> list[tuple[str, str]]:
    """Of a parameter its value or its gradient, each with its class; both in a page, which switches between them."""
    both = [(name, "weight-value"), (drawing.gradient_name(name), "gradient-value")]
    if drawing.is_linked:
        return both
    return both[:1] if drawing.by == "weight" else both[1:]


def _node(parent: Element, node: Node, drawing: Drawing) -> None:
    group = _container(parent, node, f"node {node.kind}" + (" own" if node.is_own_bias else ""), drawing)
    if node.kind == "bias":
        _bias(group, node, drawing)
        return
    if node.kind == "share":
        width, height = _BOX
        x, y = node.x - width / 2, node.y - height / 2
        add(group, "rect", {"class": "shape", "x": x, "y": y, "width": width, "height": height, "rx": 12})
        beside = node.y + height / 2 + 17
    else:
        add(group, "circle", {"class": "shape", "cx": node.x, "cy": node.y, "r": RADIUS})
        beside = node.y - RADIUS - 9
    _name(group, node.name, node.x, node.y - 6)
    text = add(group, "text", {"class": "value", "x": node.x, "y": node.y + 15})
    add_number(text, node.name, drawing.values[node.name])
    for also in node.also:
        line = add(group, "text", {"class": "also", "x": node.x, "y": beside})
        add_name(line, also)
        add(line, "tspan", {}, " = ")
        add_number(line, also, drawing.values[also])


def _name(group: Element, name: str, x: float, y: float) -> None:
    text = add(group, "text", {"class": "name", "x": x, "y": y})
    add_name(text, name, is_last=True)


def _bias(group: Element, node: Node, drawing: Drawing) -> None:
    width, height = _OWN_BIAS if node.is_own_bias else _BIAS
    if node.is_own_bias:
        width = max(
            width, *(label_width(node.name, drawing.values[name]) for name, _ in _shown_numbers(node.name, drawing))
        )
    x, y = node.x - width / 2, node.y - height / 2
    add(group, "rect", {"class": "shape", "x": x, "y": y, "width": width, "height": height, "rx": height / 2})
    if node.is_own_bias:
        _parameter_text(group, node.name, node.x, node.y, drawing, is_boxed=False)
        return
    _name(group, node.name, node.x, node.y - 4)
    text = add(group, "text", {"class": "value", "x": node.x, "y": node.y + 13})
    for quantity, kind in _shown_numbers(node.name, drawing):
        add_number(text, quantity, drawing.values[quantity], f"number {kind}")
