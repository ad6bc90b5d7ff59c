"""What a network will take in memory, estimated from its shapes before anything is allocated."""

from __future__ import annotations

import os
from types import ModuleType

from backprop_cli.errors import UsageError
from backprop_cli.network.network import Network, Samples, Schedule, Setup

resource: ModuleType | None
try:
    import resource
except ImportError:  # as on Windows
    resource = None

NUMBER = 8
"""Bytes of a float64."""
PER_PARAMETER = 6
"""Arrays shaped like the parameters: value, gradient, change, new value, velocity before and after."""
MODEST = 2**29
"""Half a gigabyte may be asked for by any file; more only in proportion to what it holds."""
PROPORTION = 64

INDEX = 40
"""Bytes of a sample's number in the list of a batch."""

RECORD = 1400
"""Bytes of a partial derivative as a record, about, with what the search for paths holds of it."""


def require_records(network: Network) -> None:
    """Refuse to write out every partial derivative where a softmax has more of them than memory.

    Raises:
        UsageError: the squares of the softmax layers' units add up to too many.
    """
    layers = zip(network.names.widths[1:], network.activations, strict=True)
    units = [width for width, activation in layers if not activation.is_elementwise]
    count = sum(width**2 for width in units)
    if RECORD * count > MODEST:
        whose = (
            f"a softmax over {units[0]:,} units has" if len(units) == 1 else f"the {len(units):,} softmax layers have"
        )
        raise UsageError(
            f"{whose} {count:,} partial derivatives, which would take about {in_words(RECORD * count)} of memory as single "
            "records\n    hint: run --view matrix shows such a network"
        )


def require_frames(setup: Setup, count: int) -> None:
    """Refuse to keep so many steps, each whole, that they do not find room.

    Raises:
        UsageError: they would take more than may be asked for.
    """
    batch = setup.schedule.batch_limit(len(setup.samples))
    one = NUMBER * PER_PARAMETER * setup.network.parameter_count + INDEX * batch
    if count * one > allowed_bytes(setup.network, setup.samples):
        raise UsageError(
            f"{count:,} steps of this network would take about {in_words(count * one)} of memory to keep\n"
            f"    hint: --frames {max(1, allowed_bytes(setup.network, setup.samples) // one)} keeps fewer"
        )


def training_bytes(network: Network, samples: Samples, schedule: Schedule) -> int:
    """The arrays of a forward pass over all samples, or of both passes over a batch, and what is kept of the parameters."""
    widths = network.names.widths
    units, widest = sum(widths[1:]), max(widths)
    batch = schedule.batch_limit(len(samples))
    forward = len(samples) * (2 * units + 3 * widest)
    both = batch * (4 * units + 3 * widest)
    return NUMBER * (max(forward, both) + PER_PARAMETER * network.parameter_count)


def allowed_bytes(network: Network, samples: Samples) -> int:
    """What may be taken: the machine's memory, for a small file much less, so that a stranger's does not take it all."""
    held = NUMBER * (network.parameter_count + samples.inputs.size + samples.targets.size)
    return min(machine_bytes(), max(MODEST, PROPORTION * held))


def machine_bytes() -> int:
    """The machine's memory, or what the process may have of it; 8 GB where the system does not say."""
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 * 2**30
    if resource is None:
        return found
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return found if limit == resource.RLIM_INFINITY else min(found, limit)


def in_words(size: int) -> str:
    """`26.8 GB`."""
    amount, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB", "EB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.3g} {unit}"
