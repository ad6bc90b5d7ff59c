"""Pictures as PNG and PDF, made from their SVG by `vl-convert-python`."""

from __future__ import annotations

import vl_convert

SCALE = 2.0


def png(svg: str) -> bytes:
    """The picture in twice its size, sharp on today's screens."""
    return bytes(vl_convert.svg_to_png(svg, scale=SCALE))


def pdf(svg: str) -> bytes:
    """The picture on a page of its own size."""
    return bytes(vl_convert.svg_to_pdf(svg))
