"""A network too large to be drawn unit by unit: each layer's weights and gradients as heat maps."""

from __future__ import annotations

import base64
import itertools
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Network, ParameterRow
from backprop_cli.render.drawing.svg import Element, add, root, short_number
from backprop_cli.render.views.phrases import functions_of, shape_of

MOST_CELLS = 64
"""A map has at most so many rows and columns; of a larger matrix each cell shows the value of largest magnitude there."""

MOST_LAYERS = 48
"""Of a deeper network the first and the last layers are shown, half of so many each."""

SIDE = 168.0
GAP = 64.0
LEFT, TOP = 96.0, 64.0
_POSITIVE, _NEGATIVE = (39, 102, 196), (194, 80, 12)


@dataclass(frozen=True)
class HeatMaps:
    """A network and its gradients; `wanted` are the rows of the picture."""

    network: Network
    gradients: ParameterRow
    wanted: tuple[str, ...] = ("weights", "gradients")
    is_standalone: bool = True

    @property
    def layers(self) -> list[int]:
        """The layers that are shown."""
        every = list(range(self.network.names.depth))
        half = MOST_LAYERS // 2
        return every if len(every) <= MOST_LAYERS else [*every[:half], *every[-half:]]

    def matrix(self, kind: str, layer: int) -> Array:
        """The weights of a layer or their gradients, units × sources."""
        return (self.network.parameters if kind == "weights" else self.gradients).weights[layer]


def heat_svg(maps: HeatMaps) -> Element:
    """A column for each layer, a row for each kind of number."""
    network = maps.network
    layers = maps.layers
    left_out = network.names.depth - len(layers)
    width = LEFT + (len(layers) + bool(left_out)) * (SIDE + GAP)
    height = TOP + len(maps.wanted) * (SIDE + GAP)
    label = f"A {shape_of(network)} network, {functions_of(network)}: {' and '.join(maps.wanted)} of each layer as heat maps"
    svg = root(width, height, label, "heat", maps.is_standalone)
    for column, layer in enumerate(layers):
        is_after = layer > column  # behind the layers that are left out
        x = LEFT + (column + is_after) * (SIDE + GAP)
        units, sources = network.parameters.weights[layer].shape
        add(svg, "text", {"x": x, "y": TOP - 34}, f"layer {layer + 1}, {network.activations[layer].name}")
        add(svg, "text", {"class": "also", "x": x, "y": TOP - 14}, f"{units} units × {sources} sources")
        for row, kind in enumerate(maps.wanted):
            _map(svg, maps, kind, layer, x, TOP + row * (SIDE + GAP))
    if left_out:
        add(svg, "text", {"x": LEFT + MOST_LAYERS // 2 * (SIDE + GAP), "y": TOP - 34}, f"… {left_out:,} more layers …")
    for row, kind in enumerate(maps.wanted):
        add(svg, "text", {"x": 12, "y": TOP + row * (SIDE + GAP) + 16}, kind)
    return svg


def _map(svg: Element, maps: HeatMaps, kind: str, layer: int, x: float, y: float) -> None:
    matrix = maps.matrix(kind, layer)
    box: dict[str, str | float | None] = {"x": x, "y": y, "width": SIDE, "height": SIDE}
    marks = {"data-map": f"{kind} {layer + 1}", "data-shape": " ".join(map(str, matrix.shape))}
    image = {"class": "map", "href": data_uri(matrix), "preserveAspectRatio": "none"}
    add(svg, "image", {**box, **marks, **image})
    add(svg, "rect", {"class": "frame", **box})
    add(svg, "text", {"class": "also", "x": x, "y": y + SIDE + 18, "data-range": f"{kind} {layer + 1}"}, span(matrix))


def span(matrix: Array) -> str:
    """`−0.31 … 0.42`, the smallest and the largest entry."""
    return f"{short_number(float(matrix.min()))} … {short_number(float(matrix.max()))}"


def data_uri(matrix: Array) -> str:
    """A matrix as a picture of bounded size: blue where positive, orange where negative, the stronger the larger."""
    small = _shrunk(matrix)
    largest = float(np.abs(small).max()) or 1.0
    pixels = np.zeros((*small.shape, 4), dtype=np.uint8)
    pixels[..., :3] = np.where((small < 0)[..., None], _NEGATIVE, _POSITIVE)
    pixels[..., 3] = np.round(255 * np.abs(small) / largest)
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode("ascii")


def _shrunk(matrix: Array) -> Array:
    """The entry of largest magnitude in each of at most 64 × 64 blocks, so that none which stands out is lost."""
    rows, columns = (_cuts(count) for count in matrix.shape)
    return np.array([[_strongest(matrix[a:b, c:d]) for c, d in columns] for a, b in rows])


def _cuts(count: int) -> list[tuple[int, int]]:
    blocks = min(count, MOST_CELLS)
    edges = [index * count // blocks for index in range(blocks + 1)]
    return list(itertools.pairwise(edges))


def _strongest(block: Array) -> float:
    return float(block.flat[int(np.argmax(np.abs(block)))])


def png(pixels: NDArray[np.uint8]) -> bytes:
    """An RGBA picture, rows × columns × 4, as a PNG file (ISO/IEC 15948: signature, IHDR, IDAT, IEND)."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\x00" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
