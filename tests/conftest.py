"""What all tests share: no limits of time, signals as in a terminal, one browser, and `pytest --update-golden`.

The switch rewrites the golden files: read the difference.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from tests.render.browsing import CHROMIUM, FLAGS, IS_REQUIRED

# the hundreds of processes that the tests start need not compile the program anew
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# how long an example takes says how busy the machine is
settings.register_profile("timeless", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("timeless")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files instead of comparing")


def pytest_configure() -> None:
    """What runs in the background has Ctrl-C and hang-ups ignored, and so would the programs that the tests start."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, handler)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests that look at a page."""
    if CHROMIUM is None and not IS_REQUIRED:
        pytest.skip("there is no Chromium on this machine")
    assert CHROMIUM, "BACKPROP_REQUIRE_BROWSER is set, but there is no Chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()
