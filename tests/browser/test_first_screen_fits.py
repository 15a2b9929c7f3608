"""The first screen of the region that comes along: every verdict is seen before scrolling."""

import subprocess
import sys

import pytest
import running

STORE = """
import sys
from types import SimpleNamespace
from instroom.core.texts import Texts, languages
from instroom.reports.documents.home import home_page
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex
from instroom.reports.picture_queue import PictureQueue, draw
from instroom.reports.results import load
from instroom_web.commands import store

results, documents, pictures = load(), [], {}
for language in languages():
    t = Texts(language)
    writer = PageWriter(FigureIndex(results), t, PictureQueue(t, results.example))
    documents.append(home_page(writer).to_dict())
    pictures |= dict(map(draw, writer.pictures.jobs))
build = {"version": "0", "region": "twente", "example": False, "came_along": False,
         "etag": "first", "definitions": {}, "helpers": []}
store(SimpleNamespace(documents=documents, pictures=pictures, figures=[],
                      inputs=list(results.inputs.values()), build=build), sys.argv[1])
"""


@pytest.fixture(scope="module")
def first_address(tmp_path_factory):
    data = tmp_path_factory.mktemp("first")
    subprocess.run([sys.executable, "-c", STORE, str(data)], check=True, env=running.environment())
    with running.running(data) as found:
        yield found


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 740)])
@pytest.mark.parametrize("language", ["nl", "en", "de"])
def test_all_verdicts_stand_in_the_first_screen(chromium, first_address, language, width, height):
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto(f"{first_address}/{language}/")
    page.evaluate("document.fonts.ready")
    ends = page.evaluate(
        "[...document.querySelectorAll('.verdicts .mark')].map(e => e.closest('tr')"
        ".getBoundingClientRect().bottom)"
    )
    lines = page.evaluate(
        "(b => b.offsetHeight / parseFloat(getComputedStyle(b).lineHeight))"
        "(document.querySelector('h1 b'))"
    )
    hint = page.evaluate(
        "(i => { const c = document.createElement('canvas').getContext('2d'), s ="
        " getComputedStyle(i); c.font = s.font; return [c.measureText(i.placeholder).width,"
        " i.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight)] })"
        "(document.querySelector('.head .find input'))"
    )
    page.close()
    assert len(ends) == 6
    assert max(ends) <= height
    assert lines < 1.5, "the word that answers the question is one line"
    if width == 1280:
        assert hint[0] <= hint[1], "what can be looked for is not cut"
