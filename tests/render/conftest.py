"""Windows that the tests of the page share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.render.browsing import Pages


@pytest.fixture(scope="session")
def windows(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """What the tests share: a new window, or the same report once more, would take most of their time."""
    return Pages(browser, tmp_path_factory.mktemp("reports"))


@pytest.fixture
def pages(windows: Pages) -> Iterator[Pages]:
    """After each test, whatever it did: nothing on the console, nothing fetched but the files themselves."""
    windows.messages.clear()
    windows.requests.clear()
    yield windows
    own = (windows.folder.as_uri(), "data:image/png", "about:blank")
    assert windows.messages == []
    assert [url for url in windows.requests if not url.startswith(own)] == []
