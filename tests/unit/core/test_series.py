"""The public shape of figures."""

import json

import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure


def figure(**changes: object) -> Figure:
    values: dict[str, object] = {
        "indicator": "technical_profile_share",
        "period": "2018-2019",
        "place": "twente",
        "status": "bounded",
        "stage": "exam",
        "classification": "monitor",
        "by": (("school_type", "havo"), ("gender", "female")),
        "low": 0.25,
        "high": 0.4,
        "numerator": Count(10, 16),
        "denominator": Count(40),
        "sources": ("ab" * 32,),
    }
    return Figure(**{**values, **changes})  # type: ignore[arg-type]


def test_id_is_stable_and_says_everything() -> None:
    expected = (
        "technical_profile_share.exam.monitor:twente:2018-2019:school_type=havo,gender=female"
    )
    assert figure().id == expected
    assert figure(stage=None, classification=None, by=()).id == (
        "technical_profile_share:twente:2018-2019"
    )


def test_ids_differ_whenever_what_is_counted_differs() -> None:
    changes = [
        {},
        {"period": "2019-2020"},
        {"place": "nl"},
        {"stage": "choice"},
        {"classification": "cbs"},
        {"by": ()},
        {"indicator": "vo_pupils"},
    ]
    assert len({figure(**change).id for change in changes}) == len(changes)


def test_public_shape_is_the_contract() -> None:
    shape = figure().to_dict()
    assert list(shape) == [
        "id", "period", "place", "by", "value", "low", "high", "n", "numerator", "denominator",
        "status", "reason", "sources", "unplaced",
    ]  # fmt: skip
    assert shape["numerator"] == {"low": 10, "high": 16}
    assert shape["denominator"] == 40
    assert shape["n"] == 40
    assert shape["value"] is None
    assert shape["by"] == {"school_type": "havo", "gender": "female"}
    assert json.loads(json.dumps(shape)) == shape


@pytest.mark.parametrize(
    ("denominator", "n", "shown"),
    [(None, None, None), (Count(12), 12, 12), (Count(3, 9), 3, {"low": 3, "high": 9})],
)
def test_n_is_the_least_it_rests_on(
    denominator: Count | None, n: int | None, shown: object
) -> None:
    found = figure(denominator=denominator)
    assert found.n == n
    assert found.to_dict()["denominator"] == shown
