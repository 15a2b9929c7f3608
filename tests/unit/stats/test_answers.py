"""Checks of answers, and turning items round."""

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.stats.scales.answers import checked, complete, within


@pytest.mark.parametrize(
    ("scores", "code"),
    [
        ([1, 2, 3], "answers_shape"),
        ([[1], [2]], "too_few_items"),
        ([[1, np.inf], [2, 3]], "answer_not_finite"),
    ],
)
def test_tables_that_cannot_be_used_are_refused_with_a_code(scores: object, code: str) -> None:
    with pytest.raises(DataError) as refused:
        checked(scores)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert refused.value.exit_code == 12


def test_complete_keeps_order_and_drops_rows_with_a_hole() -> None:
    scores = np.array([[3.0, 1.0], [np.nan, 1.0], [1.0, 2.0]])
    assert complete(scores).tolist() == [[3.0, 1.0], [1.0, 2.0]]


def test_complete_drops_a_pupil_with_a_hole_at_any_wave() -> None:
    cube = np.ones((3, 2, 2))
    cube[1, 1, 0] = np.nan
    assert complete(cube).shape == (2, 2, 2)


def test_missing_answers_lie_within_every_range() -> None:
    within(np.array([np.nan, 1.0]), (1, 2))
