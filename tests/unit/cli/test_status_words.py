"""Every way a computation can end, and every status of a figure, has a word in every language."""

from typing import get_args

import pytest

from instroom.cli.statistics_lines import _ended
from instroom.core.statuses import NUMBERED, Status, status_word
from instroom.core.texts import Texts, languages
from instroom.stats.status import ESTIMATED, SOLVED, FitStatus


@pytest.mark.parametrize("language", languages())
def test_every_way_to_end_has_its_own_word(language: str) -> None:
    words = {status: _ended(status, None, Texts(language)) for status in [*FitStatus, "crossed"]}
    assert len(set(words.values())) == len(FitStatus) + 1
    assert all(words.values())
    if language != "nl":
        dutch = [_ended(status, None, Texts("nl")) for status in words]
        assert not set(dutch) & set(words.values())


@pytest.mark.parametrize("language", languages())
def test_every_status_of_a_figure_without_a_number_has_a_word(language: str) -> None:
    silent = [status for status in get_args(Status) if status not in NUMBERED]
    said = {status_word(status, Texts(language)) for status in silent}
    assert len(said) == len(silent)


def test_the_lists_of_statuses_are_parts_of_the_enumeration() -> None:
    assert set(FitStatus) > ESTIMATED > SOLVED
    assert set(get_args(Status)) > NUMBERED
