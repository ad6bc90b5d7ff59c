"""A page that is served on this machine alone and made anew whenever its network file is saved."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from backprop_cli.cli.console import Console, say_error
from backprop_cli.errors import BackpropError

LOOPBACK = "127.0.0.1"
LOOK = 0.2
"""Seconds between two looks at the file."""


class _Server(ThreadingHTTPServer):
    """Serves one page and the number of its version; nobody on another machine reaches it."""

    daemon_threads = True

    def __init__(self, text: str) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.page = text
        self.version = 1

    @property
    def host(self) -> str:
        """Where it can be reached."""
        return f"{LOOPBACK}:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    """Answers `/` and `/version`, and only whoever asks for this very host: no other page may ask by a name of its own."""

    def do_GET(self) -> None:  # the name is the library's
        """Send the page, or its version's number."""
        server = self.server
        assert isinstance(server, _Server)
        texts = {"/": ("text/html", server.page), "/version": ("text/plain", str(server.version))}
        kind, text = texts.get(self.path, ("", ""))
        if not text or self.headers.get("Host") != server.host:
            self.send_error(404)
            return
        body = text.encode("utf-8")
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the page asks twice a second."""


def serve(file: Path, make: Callable[[int], str], console: Console, opener: Callable[[str], bool] | None) -> None:
    """Serve what `make` gives (of the version's number) until the user stops it, anew whenever `file` is saved.

    A file that cannot be read is told of, and the page stays as it was until the file is mended.

    Raises:
        BackpropError: the file cannot be read to begin with.
    """
    seen = _state(file)
    with _Server(make(1)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://{server.host}/"
        console.notice(f"serving {address} until Ctrl-C; {file} is read again when it is saved")
        if opener is not None:
            opener(address)
        try:
            while True:
                time.sleep(LOOK)
                now = _state(file)
                if now in (seen, None):
                    continue
                seen = now
                try:
                    server.page = make(server.version + 1)
                    server.version += 1
                    console.notice("made anew")
                except BackpropError as error:
                    say_error(str(error))
        finally:
            server.shutdown()


def _state(file: Path) -> tuple[int, int] | None:
    """What differs once a file is saved; None while it is not there, as editors have it for a moment."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
