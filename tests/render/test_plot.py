"""The pictures: what is in the SVG, that PNG and PDF are what they say, and the drawing in characters."""

from __future__ import annotations

import json
import struct
import unicodedata
import zlib
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.test_command_line import on_terminal
from tests.markup import attributes, quantities, texts
from tests.program import backprop

DATA = Path(__file__).parents[1] / "data"
WIDE = {
    "inputs": [0.5], "targets": [0.5],
    "layers": [{"activation": "tanh", "weights": [[(-1) ** k * k] for k in range(12)]}, {"weights": [[0.1] * 12]}],
}  # fmt: skip


def svg(*args: str, stdin: str | None = None) -> str:
    result = backprop("plot", *args, "-o", "-", "-q", stdin=stdin)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_the_readmes_drawing_is_what_its_command_draws() -> None:
    assert svg("classic") == (DATA / "classic.svg").read_text(encoding="utf-8")


def test_the_drawing_shows_every_unit_weight_bias_target_and_the_loss() -> None:
    document = backprop("run", "classic", "-f", "json").json
    shown = {item.name: item.value for item in quantities(svg("classic"))}
    assert set(shown) == {
        *("x1", "x2", "t1", "t2", "b1", "b2", "w11", "w21", "w12", "w22", "w31", "w41", "w32", "w42"),
        *document["forward"],
    }
    assert {name: shown[name] for name in document["forward"]} == document["forward"]
    assert (shown["w31"], shown["b1"], shown["t2"], shown["x1"]) == (0.4, 0.35, 0.99, 0.05)


def test_gradients_can_be_drawn_instead() -> None:
    document = backprop("run", "softmax", "-f", "json").json
    shown = {item.name: item.value for item in quantities(svg("softmax", "--what", "gradients"))}
    assert {f"dE/d{name}": value for name, value in document["gradients"].items()}.items() <= shown.items()


def test_lines_are_as_wide_as_their_weights_are_large_and_tell_the_sign() -> None:
    root = ElementTree.fromstring(svg("softmax"))
    weights = {"w31": 0.5, "w41": -0.3, "w32": 0.2, "w42": 0.4, "w33": -0.6, "w43": 0.1}
    widths, signs = {}, {}
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        kinds = group.get("class", "").split()
        if "edge" in kinds and "weight" in kinds:
            name = group.get("data-parameter", "")
            widths[name] = float(group[0].get("stroke-width", ""))
            signs[name] = "negative" in kinds
    assert sorted(weights, key=lambda name: abs(weights[name])) == sorted(weights, key=lambda name: widths[name])
    assert {name: signs[name] for name in weights} == {name: value < 0 for name, value in weights.items()}


def test_a_names_index_is_lowered_and_words_are_left_whole() -> None:
    network = {
        "inputs": {"net1": 0.5, "średnica": 1.0, "שלום": 0.25}, "targets": [0.5], "names": {"outputs": ["a_long_output_name"]},
        "layers": [{"weights": [[0.1, 0.2, 0.3]]}],
    }  # fmt: skip
    root = ElementTree.fromstring(svg("-", stdin=json.dumps(network)))
    drawn = [[span.text for span in text] for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert (
        ["net", "1"] in drawn
        and ["średnica"] in drawn
        and ["a_long…me"] in drawn
        and drawn[0][:3] == ["w", "11", "\u200b"]
    )
    # isolated, or a number after a name that is written from right to left would stand before it
    assert ["\u2068שלום\u2069"] in drawn


def test_the_loss_has_axes_with_numbers_and_a_logarithmic_scale_where_that_helps() -> None:
    steep, flat = svg("classic", "-n", "1000", "--what", "loss"), svg("classic", "-n", "30", "--what", "loss")
    assert "logarithmic scale" in texts(steep, "text") and {"0.1", "0.01", "0.001", "1,000"} <= set(
        texts(steep, "text")
    )
    assert "logarithmic scale" not in texts(flat, "text") and {"0.10", "0.25", "30"} <= set(texts(flat, "text"))
    assert backprop("plot", "classic", "-n", "0", "--what", "loss", "-o", "-").exit_code == 2


def test_a_heat_map_shows_each_entry_in_its_place() -> None:
    picture = attributes(svg("-", stdin=json.dumps(WIDE)), "href")[0]
    pixels = _decoded(b64decode(picture.removeprefix("data:image/png;base64,")))
    assert len(pixels) == 12 and all(len(row) == 1 for row in pixels)
    for index, ((red, _, blue, alpha),) in enumerate(pixels):
        assert alpha == round(255 * index / 11)
        assert (blue > red) == (index % 2 == 0)


def _decoded(png: bytes) -> list[list[tuple[int, ...]]]:
    """A plain 8-bit RGBA PNG as rows of pixels, its checksums checked."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + data),)
        chunks[kind] = data
        at += 12 + length
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert rest == [8, 6, 0, 0, 0]
    raw = zlib.decompress(chunks[b"IDAT"])
    rows = [raw[index * (4 * width + 1) :][: 4 * width + 1] for index in range(height)]
    assert all(row[0] == 0 for row in rows)
    return [[tuple(row[1 + 4 * column : 5 + 4 * column]) for column in range(width)] for row in rows]


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<svg "), ("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-")])
def test_the_suffix_chooses_the_format(suffix: str, start: bytes, tmp_path: Path) -> None:
    target = tmp_path / f"net.{suffix}"
    assert backprop("plot", "classic", "-o", str(target)).exit_code == 0
    assert target.read_bytes().startswith(start)
    assert target.stat().st_size > 2000


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    result = backprop("plot", "classic", "-o", str(tmp_path / "net.gif"))
    assert result.exit_code == 2 and ".svg, .png or .pdf" in result.stderr
    assert not list(tmp_path.iterdir())


CLASSIC = """\
                                                ┌────────────┐
                                                │b2 0.6      │
                       ┌─────────┐ ┌────w31 0.4─┤z3 1.106    │
          ┌───w11 0.15─┤b1 0.35  │ │ ┌─w41 0.45─┤o1 0.7514   ├─┐
┌───────┐ │ ┌──w21 0.2─┤z1 0.3775├─┤ │          │t1 0.01     │ │
│x1 0.05├─┤ │          │a1 0.5933│ │ │          │E_o1 0.2748 │ │   ┌────────┐
└───────┘ │ │          └─────────┘ │ │          └────────────┘ └───┤E 0.2984│
          │ │                      │ │                           ┌─┤        │
          │ │          ┌─────────┐ │ │          ┌────────────┐   │ └────────┘
┌───────┐ └─┼─w12 0.25─┤b1 0.35  ├─┼─┤          │b2 0.6      │   │
│x2 0.1 ├───┴──w22 0.3─┤z2 0.3925│ └─┼──w32 0.5─┤z4 1.225    │   │
└───────┘              │a2 0.5969│   └─w42 0.55─┤o2 0.7729   ├───┘
                       └─────────┘              │t2 0.99     │
                                                │E_o2 0.02356│
                                                └────────────┘
"""


def test_a_network_in_characters() -> None:
    assert CLASSIC in backprop("run", "classic", "--graph").stdout
    assert "┌" not in backprop("run", "classic").stdout


def test_a_path_in_characters_is_heavy_and_nothing_else_is() -> None:
    text = backprop("explain", "classic", "--weight", "w11", "--graph").stdout
    lines = text.split("w11 = 0.15\n")[1].split("\n\n")[0].splitlines()
    # the same picture, piece by piece, but for the weights of its lines
    assert [_lightened(line) for line in lines] == CLASSIC.splitlines()
    before = {name: next(line[line.index(name) - 2] for line in lines if name in line) for name in
              ("w11", "w21", "w12", "w22", "w31", "w41", "w32", "w42")}  # fmt: skip
    assert {name for name, piece in before.items() if "HEAVY" in unicodedata.name(piece, "")} == {"w11", "w31", "w32"}


def _lightened(line: str) -> str:
    """The line with every heavy box-drawing piece made light."""
    plain = []
    for character in line:
        arms = _arms(character)
        plain.append(next((c for c in map(chr, range(0x2500, 0x2580)) if _is_light(c) and _arms(c) == arms), character))
    return "".join(plain)


def _is_light(character: str) -> bool:
    name = unicodedata.name(character)
    return name.startswith("BOX DRAWINGS LIGHT") and not any(
        word in name for word in ("HEAVY", "DASH", "ARC", "DIAGONAL")
    )


def _arms(character: str) -> frozenset[str]:
    name = unicodedata.name(character, "").replace("HORIZONTAL", "LEFT RIGHT").replace("VERTICAL", "UP DOWN")
    return frozenset({"LEFT", "RIGHT", "UP", "DOWN"} & set(name.split())) if "BOX DRAWINGS" in name else frozenset()


def test_explain_draws_its_path_on_a_terminal_with_room_for_it_and_never_in_a_pipe() -> None:
    assert "┏━━━w11 0.15━┫" in on_terminal(110, "explain", "classic", "--weight", "w11", TERM="xterm", NO_COLOR="1")
    assert "┏" not in on_terminal(60, "explain", "classic", "--weight", "w11", TERM="xterm", NO_COLOR="1")
    assert "┏" not in on_terminal(
        110, "explain", "classic", "--weight", "w11", "--no-graph", TERM="xterm", NO_COLOR="1"
    )
    assert "┏" not in backprop("explain", "classic", "--weight", "w11").stdout


def test_an_output_that_knows_only_ascii_gets_ascii_lines() -> None:
    text = on_terminal(110, "run", "classic", "--graph", TERM="dumb", PYTHONIOENCODING="ascii")
    assert text.isascii() and "+---w11 0.15-+b1 0.35  |" in text


def test_a_network_too_large_for_characters_says_so() -> None:
    text = backprop("run", "-", "--graph", stdin=json.dumps(WIDE)).stdout
    assert "too large to be drawn in characters" in text


def test_wide_and_long_names_keep_the_boxes_of_characters_closed() -> None:
    network = {
        "inputs": {"木の名前": 0.5, "e\u0301t\u00e9": 1.0}, "targets": [0.3],
        "names": {"outputs": ["an_output_that_nobody_would_want_to_read_twice"]}, "layers": [{"weights": [[0.5, -0.25]]}],
    }  # fmt: skip
    lines = backprop("run", "-", "--graph", stdin=json.dumps(network)).stdout.splitlines()[2:9]
    assert lines[0].startswith("┌────────────┐ ")
    assert lines[1].startswith("│木の名前 0.5├─┐")
    assert lines[5].startswith("│e\u0301t\u00e9 1       ├───┘")
    assert "an_output_that_nobody…ce 0    " in "".join(lines)


def test_of_a_very_deep_network_the_first_and_last_layers_are_drawn() -> None:
    layer = {"activation": "tanh", "weights": [[0.5]]}
    picture = backprop(
        "plot", "-", stdin=json.dumps({"inputs": [0.3], "targets": [0.2], "layers": [layer] * 130})
    ).stdout
    assert attributes(picture, "data-map")[::2] == [f"weights {n}" for n in [*range(1, 25), *range(107, 131)]]
    assert "… 82 more layers …" in picture


def test_a_picture_says_what_its_colours_widths_and_numbers_are() -> None:
    legends = [text for text in texts(svg("xor", "--what", "gradients", "--sample", "2"), "text") if "beside" in text]
    assert legends == ["beside w and by width: ∂E/∂w, the gradient of sample 2 of 4 alone"]
    assert {"positive", "negative", "beside w and by width: the weight"} <= set(texts(svg("classic"), "text"))
