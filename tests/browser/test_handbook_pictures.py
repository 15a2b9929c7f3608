"""The pictures of the Dutch handbook: taken of an invented region, from pages that open.

``make pictures`` writes them to ``docs/handleiding/beelden``; without it the test takes them and
looks whether the kept ones still show the same page: its size, and the words of its heading.
"""

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HANDBOOK = Path(__file__).parents[2] / "docs" / "handleiding"
KEPT = HANDBOOK / "beelden"
HEIGHT = 800
#: Names, addresses, widths and headings, as the handbook lists them.
LIST = HANDBOOK / "beelden.txt"
LISTED = [line.split("\t") for line in LIST.read_text("utf-8").splitlines() if line]


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the invented region, which says so on every page."""
    import running

    folder = tmp_path_factory.mktemp("handbook")
    words = ["example", "--run", "--no-serve", "--out", folder / "files", "--data", folder / "data"]
    command = [sys.executable, "-m", "instroom.cli.main", *map(str, words)]
    subprocess.run(command, check=True, env=running.environment(), stdout=subprocess.DEVNULL)
    with running.running(folder / "data") as address:
        yield address


def size_of(picture: bytes) -> tuple[int, int]:
    """Return width and height of a PNG."""
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.mark.parametrize(
    ("name", "path", "width", "heading"), LISTED, ids=[one[0] for one in LISTED]
)
def test_a_picture_of_the_handbook(
    name: str, path: str, width: str, heading: str, invented: str, chromium
) -> None:
    page = chromium.new_page(viewport={"width": int(width), "height": HEIGHT})
    answer = page.goto(invented + path)
    assert answer is not None and answer.status == 200
    assert "Voorbeeld" in page.content(), "nobody takes invented figures for real ones"
    assert page.locator("h1").first.inner_text().strip() == heading, "then: make pictures"
    field, button = (
        page.locator(f".head .find {part}").bounding_box() for part in ("input", "button")
    )
    assert abs(field["y"] - button["y"]) < 2, "a long name of a region breaks the head"
    taken = page.screenshot()
    page.close()
    assert size_of(taken) == (int(width), HEIGHT)
    if os.environ.get("INSTROOM_PICTURES") == "write":
        KEPT.mkdir(exist_ok=True)
        (KEPT / name).write_bytes(taken)
    assert size_of((KEPT / name).read_bytes()) == (int(width), HEIGHT)


def test_every_picture_is_used_and_listed() -> None:
    used = {
        word.rpartition("/")[2].rstrip(")")
        for file in HANDBOOK.glob("*.md")
        for word in file.read_text("utf-8").split()
        if "beelden/" in word and word.endswith(".png)")
    }
    assert used == {one[0] for one in LISTED} == {file.name for file in KEPT.glob("*.png")}
