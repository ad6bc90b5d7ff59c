"""One picture of a run as SVG: its network with the weights or the gradients, or its loss."""

from __future__ import annotations

from backprop_cli.derivation.explanation import derive
from backprop_cli.render.drawing.drawn_values import sample_values
from backprop_cli.render.drawing.heat import HeatMaps, heat_svg
from backprop_cli.render.drawing.loss_curve import LossCurve, loss_svg
from backprop_cli.render.drawing.scene_layout import is_drawable
from backprop_cli.render.drawing.svg import text_of
from backprop_cli.render.drawing.units import Drawing, network_svg
from backprop_cli.training.train import Run


def loss_picture(run: Run) -> str:
    """The loss over the steps of a run that has kept each step's."""
    count = len(run.setup.samples)
    says = "of each step's batch, last of all samples" if run.setup.schedule.batch_limit(count) < count else ""
    return text_of(loss_svg(LossCurve(run.history.tolist(), run.shown.before.names.loss, says=says)))


def network_picture(run: Run, sample: int, has_gradients: bool) -> str:
    """The network before the shown step, its lines as wide as the weights or the gradients; a large one as heat maps.

    The values are those of one sample, from 0, and so are the gradients.
    """
    network = run.shown.before
    if not is_drawable(network):
        wanted = ("gradients",) if has_gradients else ("weights", "gradients")
        return text_of(heat_svg(HeatMaps(network, run.shown.gradients, wanted)))
    count = len(run.setup.samples)
    whose = f"sample {sample + 1} of {count} alone" if has_gradients and count > 1 else ""
    values = sample_values(derive(run, sample))
    return text_of(network_svg(Drawing(network, values, "gradient" if has_gradients else "weight", whose=whose)))
