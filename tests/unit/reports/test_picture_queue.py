"""Pictures to be drawn: asked for by name, drawn in order, marked as an example."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.drawing import charts
from instroom.reports import picture_queue
from instroom.reports.picture_queue import PictureDrawer, PictureJob, PictureQueue, draw, point

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


def test_few_pictures_are_drawn_here_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_queue, "ProcessPoolExecutor", None)
    jobs = asked(count=2)
    with PictureDrawer() as drawing:
        drawing.ask(jobs)
        drawn = list(drawing.drawn())
    assert [name for name, _ in drawn] == [job.name for job in jobs]
    assert all(svg.startswith("<svg") for _, svg in drawn)


#: Draws many pictures side by side; in a process of its own, so that a pool that hangs hangs alone.
MANY = """
from unit.reports.test_picture_queue import PictureDrawer, asked, draw
if __name__ == "__main__":
    jobs = asked(count=7)
    first = [draw(jobs[0])] if {before} else []
    with PictureDrawer() as drawing:
        drawing.ask(jobs[:3])
        drawing.ask(jobs[3:])
        drawn = list(drawing.drawn())
    assert drawing.names == [job.name for job in jobs]
    assert drawn == [draw(job) for job in jobs]
    assert first in ([], drawn[:1])
    print(len(drawn))
"""


@pytest.mark.parametrize("before", [False, True], ids=["at once", "after drawing one"])
def test_many_pictures_come_out_the_same_and_in_their_order(before: bool, tmp_path: Path) -> None:
    script = tmp_path / "many.py"
    script.write_text(MANY.format(before=before), "utf-8")
    paths = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": paths},
        start_new_session=True,
    )
    try:
        out, _ = process.communicate(timeout=60)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert (process.returncode, out.strip()) == (0, "14")


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
