"""The page of a school on paper: one A4 with the answer, figures, source and address."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
import running
from pypdf import PdfReader

TESTS = Path(__file__).parents[1]
STORE = """
import sys
sys.path.insert(0, sys.argv[1])
from types import SimpleNamespace
from unit.reports import test_school_pages as made
from instroom.reports.blocks import Document
from instroom.reports.documents.place import place_page
from instroom.reports.picture_queue import draw
from instroom_web.commands import store

LONG = "Christelijke Scholengemeenschap Het Zeer Lange Voorbeeld van een Naam"
documents, pictures = [], {}
for number in range(10):
    types = (("havo", "vwo"), ("havo", "vwo", "vmbo"), ("havo",))[number % 3]
    schools = tuple(
        made.school(f"{number}{one.code[1:]}", f"{LONG} {one.name}" if number % 2 else one.name,
                    one.municipality)
        for one in made.SCHOOLS[: 5 if number < 8 else 1]
    )
    shares = {one.code: part for one, part in zip(schools, made.SHARES.values())}
    found = made.figures(shares, 40 if number % 4 == 1 else 100, types)
    writer = made.writer_of(found, schools)
    documents.append(place_page(writer, schools[0]).to_dict())
    pictures |= dict(map(draw, writer.pictures.jobs))
documents.append(Document("", "nl", "Twente", "over", "Kiezen.", (), "Twente").to_dict())
build = {"version": "0", "region": "twente", "example": False, "came_along": False,
         "etag": "paper", "definitions": {}, "helpers": []}
inputs = [{"sha256": "a" * 64, "file": "x.csv", "rows": 1, "licence": "CC0-1.0",
           "publisher": "duo", "source": "duo_exam_candidates", "title": "Examens",
           "vintage": "2023-2024"}]
store(SimpleNamespace(documents=documents, pictures=pictures, figures=[], inputs=inputs,
                      build=build), sys.argv[2])
"""


@pytest.fixture(scope="module")
def school_address(tmp_path_factory):
    data = tmp_path_factory.mktemp("schools")
    command = [sys.executable, "-c", STORE, str(TESTS), str(data)]
    subprocess.run(command, check=True, env=running.environment())
    with running.running(data) as found:
        yield found


@pytest.mark.parametrize("number", range(10))
def test_the_page_of_a_school_is_one_a4(chromium, school_address, number):
    page = chromium.new_page()
    page.goto(f"{school_address}/nl/place/{number}0AA00/")
    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.close()
    assert len(paper.pages) == 1
    box = paper.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    said = " ".join(paper.pages[0].extract_text().split())
    for part in (
        "Op deze school kozen", "van de 100", "Om samen te bespreken", "Bijgewerkt op",
        f"/nl/place/{number}0AA00/", "door toeval kan het",
    ):  # fmt: skip
        assert part in said, part
    assert "Tabel" not in said and "Meenemen" not in said
