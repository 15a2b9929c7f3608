"""EAP scores and information of a graded response scale."""

import numpy as np
import pytest
from scipy.special import expit

from instroom.core.errors import DataError
from instroom.stats.items.graded import GradedResponse, graded_response
from instroom.stats.items.graded_scores import eap_scores

CUTS = np.array([-1.0, 0.0, 1.2])


def simulated(n: int = 1500) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    group = np.arange(n) % 2
    theta = rng.normal(size=n) + 0.6 * group
    latent = 1.5 * theta[:, None] + rng.logistic(size=(n, 6))
    y = (latent[:, :, None] > 1.5 * CUTS).sum(axis=2).astype(float)
    return y, group, theta


@pytest.fixture(scope="module")
def fit() -> GradedResponse:
    y, group, _ = simulated()
    return graded_response(y, group)


def test_scores_are_posterior_moments_on_a_finer_grid(fit: GradedResponse) -> None:
    y, group, _ = simulated()
    scores = eap_scores(fit, y[:20], group[:20])
    grid = np.linspace(-8, 8, 4001)
    for row, g, eap, sd in zip(y[:20], group[:20], scores.eap, scores.sd, strict=True):
        density = np.exp(-((grid - fit.means[g]) ** 2) / fit.variances[g] / 2)
        for j, answer in enumerate(row):
            above = expit(fit.discrimination[j] * (grid[:, None] - fit.difficulty[j]))
            above = np.column_stack([grid * 0 + 1, above, grid * 0])
            density = density * (above[:, int(answer)] - above[:, int(answer) + 1])
        density /= density.sum()
        # The model's nodes stop at 6; of the highest scorers some density lies beyond.
        assert eap == pytest.approx(density @ grid, abs=1e-5)
        assert sd == pytest.approx(np.sqrt(density @ (grid - density @ grid) ** 2), abs=1e-4)


def test_scores_follow_the_truth_as_closely_as_they_say(fit: GradedResponse) -> None:
    y, group, theta = simulated()
    scores = eap_scores(fit, y, group)
    assert np.mean((scores.eap - theta) ** 2) == pytest.approx(np.mean(scores.sd**2), rel=0.1)
    assert np.corrcoef(scores.eap, theta)[0, 1] ** 2 == pytest.approx(scores.reliability, abs=0.03)


def test_fewer_answers_leave_more_doubt_and_none_leave_nothing(fit: GradedResponse) -> None:
    row = np.array([2.0, 2, 2, 2, 2, 2])
    rows = np.vstack([row, np.where(np.arange(6) < 3, row, np.nan), row * np.nan])
    scores = eap_scores(fit, rows, [0, 0, 0])
    assert scores.sd[0] < scores.sd[1] < 1
    assert np.isnan([scores.eap[2], scores.sd[2]]).all()


def test_the_same_answers_score_higher_in_the_higher_group(fit: GradedResponse) -> None:
    y, _, _ = simulated()
    low, high = eap_scores(fit, y[:1], [0]), eap_scores(fit, y[:1], [1])
    assert low.eap[0] < high.eap[0]


def test_a_pupil_without_group_has_no_score(fit: GradedResponse) -> None:
    y, _, _ = simulated()
    assert np.isnan(eap_scores(fit, y[:1], [np.nan]).eap[0])


@pytest.mark.parametrize(
    ("rows", "group", "code"),
    [
        ([[0, 0, 0, 0, 0, 9]], [0], "unknown_answer"),
        ([[0, 0, 0, 0, 0, 0]], [7], "unknown_group"),
        ([[0, 0, 0]], [0], "shape"),
    ],
)
def test_what_the_model_does_not_know_is_refused(fit, rows, group, code: str) -> None:
    with pytest.raises(DataError) as error:
        eap_scores(fit, rows, group)
    assert error.value.code == code


def test_without_a_model_there_are_no_scores_and_a_reason() -> None:
    y, _, _ = simulated(100)
    nothing = graded_response(y[:, :2])
    scores = eap_scores(nothing, y[:5, :2])
    assert scores.status == "too_few"
    assert scores.reason
    assert np.isnan(scores.eap).all()
