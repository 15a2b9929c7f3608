"""The JSON of ``instroom meta``: complete, plain, and the numbers of the engine."""

import json

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.learning.evidence import meta_summary
from instroom.stats.evidence.meta import predict, random_effects
from instroom.stats.evidence.meta_levels import three_level
from instroom.stats.evidence.meta_robust import robust_correlated

Y = np.array([0.38, 0.05, 0.22, 0.61, 0.10, 0.33, -0.12, 0.20])
V = np.array([0.020, 0.008, 0.030, 0.050, 0.004, 0.012, 0.022, 0.015])
STUDY = ["a", "a", "b", "b", "c", "d", "e", "e"]
CONTRACT = {
    "estimate", "se", "ci", "p", "tau2", "i2", "q", "q_df", "q_p", "prediction", "k", "method",
    "egger", "studies",
}  # fmt: skip


@pytest.mark.parametrize(
    "options", [{}, {"cluster": STUDY}, {"moderators": {"x": np.arange(8)}}, {"method": "DL"}]
)
def test_every_promised_key_is_there_and_it_is_json(options) -> None:
    found = meta_summary(Y, V, **options)
    assert set(found) >= CONTRACT
    again = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert again["k"] == 8
    assert len(again["ci"]) == len(again["prediction"]) == 2
    assert sum(study["weight"] for study in again["studies"]) == pytest.approx(1, rel=1e-9)


def test_the_numbers_are_those_of_the_engine() -> None:
    found, m = meta_summary(Y, V), random_effects(Y, V)
    assert found["estimate"] == pytest.approx(m.coefficients[0], rel=1e-11)
    assert found["ci"] == pytest.approx(m.ci[0], rel=1e-11)
    assert found["prediction"] == pytest.approx(predict(m).interval[0], rel=1e-11)
    assert 0 <= found["i2"] <= 1
    assert (found["method"], found["test"]) == ("REML", "knha")
    assert found["studies"][3]["without"]["estimate"] == pytest.approx(
        random_effects(np.delete(Y, 3), np.delete(V, 3)).coefficients[0], rel=1e-11
    )


def test_dependent_effects_show_all_models_and_say_which_one_counts() -> None:
    nested = meta_summary(Y, V, cluster=STUDY)
    levels = three_level(Y, V, levels=[np.array(STUDY), np.arange(8)])
    assert nested["dependence"] == "nested"
    assert nested["estimate"] == pytest.approx(levels.coefficients[0], rel=1e-11)
    assert set(nested["models"]) == {
        "three_level", "correlated", "hierarchical", "correlated_hierarchical",
    }  # fmt: skip
    robust = robust_correlated(Y, V, STUDY)
    for options in ({"dependence": "correlated"}, {"method": "DL"}):
        correlated = meta_summary(Y, V, cluster=STUDY, **options)
        assert correlated["dependence"] == "correlated"
        assert correlated["estimate"] == pytest.approx(robust.coefficients[0], rel=1e-11)
        assert correlated["df"] == pytest.approx(robust.df[0], rel=1e-11)
        assert correlated["models"]["three_level"]["estimate"] == nested["estimate"]
    assert [study["cluster"] for study in nested["studies"]] == STUDY


def test_robust_weights_are_those_of_the_average() -> None:
    found = meta_summary(Y, V, cluster=STUDY, dependence="correlated")
    weights = [study["weight"] for study in found["studies"]]
    assert np.dot(weights, Y) == pytest.approx(found["estimate"], rel=1e-10)
    assert weights[0] == pytest.approx(weights[1], rel=1e-11)


def test_moderators_have_names() -> None:
    found = meta_summary(Y, V, moderators={"weeks": np.arange(8), "role": np.arange(8) % 2})
    assert [row["name"] for row in found["coefficients"]] == ["intercept", "weeks", "role"]
    assert found["coefficients"][0]["estimate"] == found["estimate"]


def test_missing_effects_are_counted_and_keep_their_place() -> None:
    y = Y.copy()
    y[2] = np.nan
    found = meta_summary(y, V, studies=[f"trial {i}" for i in range(8)])
    assert (found["k"], found["dropped"]) == (7, 1)
    assert found["studies"][2]["weight"] is None
    assert found["studies"][2]["effect"] is None
    assert found["studies"][7]["study"] == "trial 7"


@pytest.mark.parametrize("cluster", [None, ["a"]])
def test_one_trial_gives_a_reason_and_no_numbers(cluster) -> None:
    found = meta_summary([0.2], [0.01], cluster=cluster)
    assert found["status"] == "too_few"
    assert found["estimate"] is None
    assert found["prediction"] == [None, None]
    assert found["reason"]
    json.dumps(found.to_dict(), allow_nan=False)


def test_equal_input_gives_equal_bytes() -> None:
    one, two = (json.dumps(meta_summary(Y, V, cluster=STUDY).to_dict()) for _ in range(2))
    assert one == two


def test_names_for_other_rows_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        meta_summary(Y, V, studies=["one"])
    assert caught.value.code == "bad_shape"
