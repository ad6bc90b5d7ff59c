"""Network files: text to `Setup` and back. The only room that knows YAML and JSON."""

from __future__ import annotations

from backprop_cli.config.document import Document, decode, parse
from backprop_cli.config.read import read
from backprop_cli.config.write import write

__all__ = ["Document", "decode", "parse", "read", "write"]
