"""Pictures to be drawn: asked for by name, drawn in order, marked as an example."""

import subprocess
import sys

import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.drawing import charts
from instroom.reports.picture_queue import PictureJob, PictureQueue, draw, point

LINE = (charts.Line("Twente", (charts.Point("2018-2019", 0.5), charts.Point("2019-2020", 0.6))),)


def asked(language: str = "nl", *, example: bool = False, count: int = 1) -> list[PictureJob]:
    writer = PictureQueue(Texts(language), example)
    for n in range(count):
        writer.picture("line", f"share.exam/{n}", LINE, "Aandeel", "Een lijn.", unit="share")
    return writer.jobs


def test_every_picture_is_asked_for_wide_and_narrow() -> None:
    writer = PictureQueue(Texts("nl"), example=False)
    picture = writer.picture("line", "share.exam.cbs-twente", LINE, "Titel", "Beschrijving")
    assert (picture.wide, picture.narrow) == (
        "share-exam-cbs-twente-nl-wide",
        "share-exam-cbs-twente-nl-narrow",
    )
    assert (picture.title, picture.description) == ("Titel", "Beschrijving")
    assert [(j.name, j.options["width"]) for j in writer.jobs] == [
        (picture.wide, "wide"),
        (picture.narrow, "narrow"),
    ]


@pytest.mark.parametrize(
    ("language", "word"), [("nl", "voorbeeld"), ("en", "example"), ("de", "Beispiel")]
)
def test_an_example_says_so_in_every_picture(language: str, word: str) -> None:
    for job in asked(language, example=True):
        assert job.options["example_word"].lower() == word.lower()
        assert word.lower() in draw(job)[1].lower()
    assert {job.options["example_word"] for job in asked(language)} == {""}


def test_names_differ_per_language() -> None:
    names = {job.name for language in ("nl", "en", "de") for job in asked(language)}
    assert len(names) == 6


def test_a_picture_is_drawn_under_the_name_it_was_asked_for() -> None:
    drawn = [draw(job) for job in asked(count=2)]
    assert [name for name, _ in drawn] == [job.name for job in asked(count=2)]
    assert all(svg.startswith("<svg") for _, svg in drawn)


def test_drawing_for_pages_starts_no_browser_engine() -> None:
    """Vega brings an engine of 84 MB; the pages of a region are drawn without it."""
    script = (
        "import sys; from instroom.reports import site; from instroom.reports.results import load;"
        "jobs = site.documents(load(), 'nl')[1]; assert len(jobs) > 10;"
        "[site.draw(job) for job in jobs]; print({'altair', 'vl_convert'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, "set()"), done.stderr


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (
            Figure("x", "2018-2019", "twente", "ok", value=0.5, low=0.5, high=0.5),
            charts.Point("2018-2019", 0.5),
        ),
        (
            Figure("x", "2018-2019", "twente", "bounded", low=0.4, high=0.5, numerator=Count(1, 4)),
            charts.Point("2018-2019", None, 0.4, 0.5, "bounded"),
        ),
        (
            Figure("x", "2018-2019", "twente", "protected", reason="would_reveal"),
            charts.Point("2018-2019", None, None, None, "protected"),
        ),
    ],
    ids=["ok", "bounded", "protected"],
)
def test_a_point_is_as_sure_as_its_figure(figure: Figure, expected: charts.Point) -> None:
    assert point(figure) == expected
