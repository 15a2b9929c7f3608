"""Chromium on the sample site; needs Chromium and INSTROOM_TEST_FULL=1."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def pytest_collection_modifyitems(items):
    missing = "set INSTROOM_TEST_FULL=1 to run the browser tests"
    if os.environ.get("INSTROOM_TEST_FULL") == "1":
        missing = "" if CHROMIUM else "Chromium is not installed"
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def address(tmp_path_factory) -> Iterator[str]:
    import running

    data = tmp_path_factory.mktemp("site")
    running.fill(data)
    with running.running(data) as found:
        yield found


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, address):
    """Return a function that opens a page of the sample at a width."""
    contexts = []

    def opened(url: str, width: int = 1280, *, bypass_csp: bool = False):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, bypass_csp=bypass_csp
        )
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.goto(address + url)
        return page

    yield opened
    for context in contexts:
        context.close()
