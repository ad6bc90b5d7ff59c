"""Network files: text to `Setup` and, by `config.write`, back. The only room that knows YAML and JSON."""

from __future__ import annotations

from backprop_cli.config.document import Document, decode, parse
from backprop_cli.config.read import read

__all__ = ["Document", "decode", "parse", "read"]
