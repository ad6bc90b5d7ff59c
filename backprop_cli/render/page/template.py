"""A template filled to a page: its style and script allowed by their hashes, and nothing else allowed at all."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from backprop_cli import __version__
from backprop_cli.render.drawing.svg import style
from backprop_cli.render.drawing.units import words
from backprop_cli.render.formats.decimals import Digits, format_number
from backprop_cli.render.formats.signs import superscript
from backprop_cli.render.views.phrases import counted, percent

_COMMENT = re.compile(r"^/\*[^\n]*\*/\n|^ +", re.MULTILINE)
"""Of a style sheet, and indents: what is written for whoever reads it."""


def environment_of(digits: Digits) -> Environment:
    """The templates, with the filters that write numbers."""
    environment = Environment(
        loader=PackageLoader("backprop_cli", "render/page"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["number"] = lambda value: _cell(value, digits)
    environment.filters["percent"] = lambda share: f"{percent(share)} %".replace("-", "−")
    environment.filters["exact"] = repr
    environment.filters["counted"] = counted
    environment.filters["words"] = words
    return environment


def filled(
    environment: Environment, template: str, context: Mapping[str, Any], script: str, sizes: str, version: int = 0
) -> str:
    """The whole page; one that is served has a version, and a script that asks its server for a newer one."""
    own_style = f"{_COMMENT.sub('', _file('page.css') + style())}:root {{ {sizes} }}\n"
    reload = _file("reload.js") if version else ""
    return environment.get_template(template).render(
        **context,
        style=Markup(own_style),
        script=Markup(script),
        reload=Markup(reload),
        policy=_policy(own_style, script, reload),
        page_version=version,
        version=__version__,
    )


def _cell(value: float, digits: Digits) -> str:
    """A number in a table, with a power of ten as formulas write it: `1.5 × 10⁻⁷`."""
    mantissa, _, power = format_number(value, digits).replace("-", "−").partition("e")
    return f"{mantissa} × 10{superscript(int(power.replace('−', '-')))}" if power else mantissa


def _file(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _policy(style_text: str, script: str, reload: str) -> str:
    """A Content-Security-Policy that lets exactly this style and these scripts work, and pictures within the page.

    Only a page that is served, and so has a script to reload it, may ask for anything, and only its own server.
    """
    scripts = " ".join(f"'{_hash(text)}'" for text in (script, reload) if text)
    asking = "connect-src 'self'; " if reload else ""
    return (
        f"default-src 'none'; style-src '{_hash(style_text)}'; script-src {scripts}; img-src data:; {asking}"
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
