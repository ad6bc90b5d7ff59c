"""A page that is served: to this machine alone, anew when its file is saved."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.program import backprop

NETWORK = "{inputs: [1], targets: [0.5], layers: [{weights: [[0.25]]}]}"


class Served:
    """`backprop report --watch` in a process of its own."""

    def __init__(self, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "backprop_cli", "report", str(file), "--watch"], stderr=subprocess.PIPE, text=True
        )
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.line())
        assert found
        self.port = int(found[1])

    def line(self) -> str:
        """The next line on standard error."""
        assert self.process.stderr
        return self.process.stderr.readline()

    def get(self, path: str, host: str | None = None) -> tuple[int, str]:
        """A page's status and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.yaml"
    path.write_text(NETWORK, encoding="utf-8")
    return path


@pytest.fixture
def served(file: Path) -> Iterator[Served]:
    server = Served(file)
    yield server
    server.process.kill()
    server.process.wait()
    assert server.process.stderr
    server.process.stderr.close()


def test_it_is_made_anew_when_the_file_is_saved_and_stays_when_that_is_wrong(served: Served, file: Path) -> None:
    status, page = served.get("/")
    assert status == 200 and 'data-value="0.25"' in page and 'data-version="1"' in page
    assert "connect-src &#39;self&#39;" in page and "connect-src" not in backprop("report", str(file), "-o", "-").stdout
    file.write_text(NETWORK.replace("0.25", "0.75"), encoding="utf-8")
    assert "made anew" in served.line()
    assert served.get("/version") == (200, "2")
    assert 'data-value="0.75"' in served.get("/")[1]
    file.write_text("{inputs: [1], targets: [0.5], layers: [{weights: [[oh]]}]}", encoding="utf-8")
    assert "net.yaml:1:" in "".join(served.line() for _ in range(2))
    assert served.get("/version") == (200, "2")


def test_it_answers_nobody_who_calls_it_by_another_name(served: Served) -> None:
    assert served.get("/", host="evil.example")[0] == 404
    assert served.get("/etc/passwd")[0] == 404
    with socket.socket() as other:
        other.settimeout(2)
        assert other.connect_ex((socket.gethostbyname(socket.gethostname()), served.port)) != 0 or (
            socket.gethostbyname(socket.gethostname()).startswith("127.")
        )


def test_ctrl_c_ends_it(served: Served) -> None:
    served.process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + 10
    while served.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert served.process.returncode == 130


def test_it_needs_a_file_and_writes_none(file: Path) -> None:
    assert "needs a network file" in backprop("report", "classic", "--watch").stderr
    result = backprop("report", str(file), "--watch", "-o", "page.html")
    assert result.exit_code == 2 and "leave out --output" in result.stderr


@pytest.mark.slow
def test_the_browser_takes_the_new_page_and_keeps_its_place(served: Served, file: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{served.port}/#parameter-1-1-1")
    assert page.locator("#chosen h3").get_attribute("aria-label") == "w11"
    file.write_text(NETWORK.replace("0.25", "0.75"), encoding="utf-8")
    page.locator('#chosen [data-name="w11"][data-value="0.75"]').first.wait_for(timeout=10_000)
    page.close()
