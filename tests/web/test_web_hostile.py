"""A name in a publisher's file is a name: through reading, computing, pages, drawings and files."""

import csv
import io
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from running import environment, running

OUR_SCRIPT = re.compile(r'<script src="/static/instroom/suggest\.js\?\w+" defer></script>')
NAMES = (
    "Het Lyceum onderbouw=vmbo",
    "<script>alert(1)</script>",
    "School onload=x onerror=y",
    "javascript:alert(1)",
    "]]> --> <!-- &lt;",
    "'\" id='t' style='a:b' {{ 7*7 }} {% load x %}",
    "=1+1",
    "@SUM(A1)",
    "van rechts \u202e naar links",
    "Lang " + "x" * 290,
)


class Page(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data

    def links(self) -> set[str]:
        return {value or "" for name, value in self.attributes if name == "href"}


@pytest.fixture(scope="module")
def data(example: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a computed data directory in which every school has a hostile name."""
    folder = tmp_path_factory.mktemp("hostile")
    with example["addresses_vo"].open(encoding="cp1252", newline="") as file:
        head, *rows = csv.reader(file, delimiter=";")
    schools = list(dict.fromkeys(row[3] for row in rows))
    for row in rows:
        row[4] = NAMES[schools.index(row[3]) % len(NAMES)]
    with (folder / "vestigingen.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([head, *rows])
    for name in ("pupils_2019", "exams_open", "exams_hidden"):
        shutil.copy(example[name], folder)
    for words in (["read", str(folder)], ["compute", "--place", "voorbeeld"]):
        done = subprocess.run(
            [sys.executable, "-m", "instroom.cli.main", *words, "--data", str(folder / "data")],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "\u202e" not in done.stdout + done.stderr
    return folder / "data"


def test_every_drawing_is_a_drawing(data: Path) -> None:
    connection = sqlite3.connect(data / "instroom.sqlite3")
    drawings = connection.execute("select svg from reports_storedpicture").fetchall()
    connection.close()
    assert len(drawings) > 20
    for (svg,) in drawings:
        for element in ElementTree.fromstring(svg).iter():  # noqa: S314  our own
            kind = element.tag.rpartition("}")[2]
            assert kind not in ("script", "foreignObject", "style")
            if kind == "a":  # a tile of the map leads to its place, and nowhere else
                assert set(element.attrib) == {"href"}
                assert re.fullmatch(r"/(nl|en|de)/place/[A-Z0-9]+/", element.attrib["href"])
            assert not any(name.startswith("on") for name in element.attrib)


def reached(address: str) -> Iterator[tuple[str, httpx.Response]]:
    """Yield every page and file of the Dutch site, found by its links."""
    waiting, seen = ["/nl/"], {"/nl/"}
    with httpx.Client(base_url=address, timeout=30) as client:
        while waiting:
            path = waiting.pop()
            response = client.get(path)
            yield path, response
            if "html" in response.headers["content-type"]:
                found = {link.partition("#")[0] for link in Page(response.text).links()}
                new = {p for p in found - seen if p.startswith(("/nl/", "/download/"))}
                seen |= new
                waiting += sorted(new)


def test_no_page_and_no_file_does_what_a_name_says(data: Path) -> None:
    words, pages, files = "", 0, 0
    with running(data) as address:
        for path, response in reached(address):
            assert response.status_code == 200, path
            if "html" in response.headers["content-type"]:
                pages += 1
                page = Page(response.text)
                words += page.words
                if not path.startswith("/nl/account/"):  # passkeys; tested with the accounts
                    # One script, our own file; what is in a page is never run.
                    assert response.text.count("<script") == 1, path
                    assert OUR_SCRIPT.search(response.text), path
                names = {name for name, _ in page.attributes}
                assert not {n for n in names if n.startswith("on")} and "style" not in names, path
                assert not any(link.startswith("javascript:") for link in page.links()), path
            elif ".csv" in path:
                files += 1
                for row in csv.reader(io.StringIO(response.content.decode("utf-8-sig"))):
                    assert not any(c[:1] in ("=", "+", "@", "\t", "\r") for c in row), path
    assert pages > 20 and files > 5
    for name in NAMES[:5]:
        assert name in words, "a strange name is still shown as it is"
