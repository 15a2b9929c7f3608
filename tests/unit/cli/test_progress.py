"""Progress: seen in a terminal, a line now and then in a log, nothing beside a document."""

import io

import pytest

from instroom.cli import progress
from instroom.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock is ten seconds later."""
    clock = iter(range(0, 10_000, 10))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize(
    ("stream", "quiet", "seen"),
    [
        (io.StringIO(), False, True),
        (io.StringIO(), True, False),
        (Terminal(), True, True),
        (Terminal(), False, True),
    ],
)
def test_a_program_that_asked_for_a_document_gets_nothing_else(
    stream: io.StringIO, quiet: bool, seen: bool
) -> None:
    Progress("nl", stream, quiet=quiet)("1/2 leerlingen.csv")
    assert ("leerlingen.csv" in stream.getvalue()) == seen
