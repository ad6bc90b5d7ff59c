"""The loss over the steps as SVG, with axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from backprop_cli.render.drawing.axes import Axis, step_axis, value_axis
from backprop_cli.render.drawing.svg import Element, add, add_name, root

WIDTH, HEIGHT = 640.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 74.0, 32.0, 30.0, 44.0
MOST_POINTS = 400


@dataclass(frozen=True)
class LossCurve:
    """The losses before each step and, last, after all of them, under the loss's `name`; `here` marks one step.

    `says` is what a picture by itself has to say of them.
    """

    losses: Sequence[float]
    name: str = "E"
    here: int | None = None
    is_standalone: bool = True
    says: str = ""

    def point(self, step: int) -> tuple[float, float]:
        """Where the loss after `step` steps is drawn."""
        x = LEFT + self.across.share(step) * (WIDTH - LEFT - RIGHT)
        return round(x, 2), round(HEIGHT - BOTTOM - self.up.share(self.losses[step]) * (HEIGHT - TOP - BOTTOM), 2)

    @cached_property
    def across(self) -> Axis:
        """The axis of the steps."""
        return step_axis(max(1, len(self.losses) - 1), 6)

    @cached_property
    def up(self) -> Axis:
        """The axis of the losses."""
        return value_axis(self.losses, 5)


def loss_svg(curve: LossCurve) -> Element:
    """The curve; `losses` may be long, no more points are drawn than can be seen."""
    steps = len(curve.losses) - 1
    label = f"The loss over {steps:,} steps: from {curve.losses[0]:.4g} to {curve.losses[-1]:.4g}" + (
        f". {curve.says}" if curve.says else ""
    )
    svg = root(WIDTH, HEIGHT, label, "losses", curve.is_standalone)
    _axes(svg, curve)
    shown = (
        range(steps + 1) if steps < MOST_POINTS else [round(i * steps / MOST_POINTS) for i in range(MOST_POINTS + 1)]
    )
    path = "M" + "L".join("{:g} {:g}".format(*curve.point(step)) for step in shown)
    add(svg, "path", {"class": "curve", "d": path})
    if curve.here is not None:
        x, y = curve.point(curve.here)
        add(svg, "circle", {"class": "here", "cx": x, "cy": y, "r": 6})
    return svg


def _axes(svg: Element, curve: LossCurve) -> None:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for tick, label in zip(curve.up.ticks, curve.up.labels(), strict=True):
        y = bottom - curve.up.share(tick) * (bottom - TOP)
        add(svg, "path", {"class": "grid", "d": f"M{LEFT:g} {y:.2f}H{right:g}"})
        add(svg, "text", {"x": LEFT - 9, "y": y + 4, "text-anchor": "end"}, label.replace("-", "−"))
    for tick, label in zip(curve.across.ticks, curve.across.labels(), strict=True):
        x = LEFT + curve.across.share(tick) * (right - LEFT)
        add(svg, "path", {"class": "axis", "d": f"M{x:.2f} {bottom:g}v5"})
        add(svg, "text", {"x": x, "y": bottom + 19, "text-anchor": "middle"}, label)
    add(svg, "path", {"class": "axis", "d": f"M{LEFT:g} {TOP:g}V{bottom:g}H{right:g}"})
    add(svg, "text", {"x": (LEFT + right) / 2, "y": HEIGHT - 7, "text-anchor": "middle"}, "steps")
    title = add(svg, "text", {"x": LEFT - 9, "y": TOP - 12, "text-anchor": "end"})
    add_name(title, curve.name)
    if curve.up.is_log:
        add(svg, "text", {"x": LEFT + 4, "y": TOP - 12}, "logarithmic scale")
    if curve.says and curve.is_standalone:
        add(svg, "text", {"x": right, "y": TOP - 12, "text-anchor": "end"}, curve.says)
