"""What a sentence about an effect speaks of: which finding, which numbers, which reasons."""

from dataclasses import replace

import pytest

from instroom.core.errors import ProgrammingError
from instroom.core.texts import languages
from instroom.monitoring import effect_words
from instroom.monitoring.effect_answer import (
    EffectAnswer,
    Estimated,
    SpokenReason,
    SpokenSize,
)
from instroom.monitoring.studies import Study

STUDY = Study(design="ancova", outcome="y", target="t", label="interesse", treatment="t", rows=120)
FOUND = EffectAnswer(
    n=100, dropped=20, status="ok", design="ancova", outcome="interesse",
    estimate=2.0, ci=(1.0, 3.0), maryland_level=3, groups={"pupil": 90},
)  # fmt: skip


def reason(key: str) -> SpokenReason:
    return SpokenReason(key, {}, {language: f"{key} in {language}." for language in languages()})


@pytest.mark.parametrize("gone", [{"estimate": None}, {"ci": None}])
def test_without_an_estimate_or_an_interval_there_are_no_words(gone) -> None:
    with pytest.raises(ProgrammingError, match="without an interval"):
        effect_words.worded(STUDY, replace(FOUND, **gone))


@pytest.mark.parametrize(
    ("estimate", "ci"), [(None, (1.0, 3.0)), (2.0, None), (2.0, (None, 3.0)), (2.0, (1.0, None))]
)
def test_a_number_that_is_not_known_is_not_given_on(estimate, ci) -> None:
    with pytest.raises(ProgrammingError, match="without an interval"):
        effect_words.known(Estimated(estimate=estimate, se=1.0, df=None, p=None, ci=ci))
    line = Estimated(estimate=2.0, se=1.0, df=None, p=None, ci=(1.0, 3.0))
    assert effect_words.known(line) == (2.0, (1.0, 3.0))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "ancova"),
        ({"baseline": "x"}, "equal_start"),
        ({"design": "did", "baseline": "x"}, "did"),
        ({"design": "growth"}, "growth"),
        ({"design": "growth", "treatment": None}, "course"),
        ({"design": "one_group", "treatment": None}, "one_group"),
    ],
)
def test_what_was_estimated_decides_which_finding_is_spoken_of(changes, kind) -> None:
    spoken = effect_words.worded(replace(STUDY, **changes), FOUND).spoken
    assert spoken == SpokenSize(kind, 2.0, (1.0, 3.0))


def test_a_change_between_moments_is_over_the_whole_time() -> None:
    study = replace(STUDY, design="growth", treatment=None, time="klas", moments=(1.0, 4.0))
    found = effect_words.worded(study, FOUND)
    assert found.spoken == SpokenSize("moments", 6.0, (3.0, 9.0))
    assert found.wording["nl"].startswith(
        "Leerlingen gingen op interesse van klas 1 tot klas 4 gemiddeld 6,0 punt omhoog "
        "(95%-interval 3,0 tot 9,0 punt; 90 leerlingen). "
    )


def test_a_sentence_counts_pupils_and_names_the_outcome_as_its_user_does() -> None:
    own = effect_words.worded(replace(STUDY, said="zin in techniek"), FOUND).wording["nl"]
    assert "op zin in techniek" in own
    assert "; 90 leerlingen)" in own
    assert (
        "; 100 leerlingen)" in effect_words.worded(STUDY, replace(FOUND, groups={})).wording["nl"]
    )


def test_reasons_that_belong_in_the_sentence_stand_in_every_one_of_them() -> None:
    told = replace(FOUND, reasons=(reason("attrition"), reason("allocation")))
    found, bare = effect_words.worded(STUDY, told), effect_words.worded(STUDY, FOUND)
    for language in languages():
        extra = f" attrition in {language}."
        assert found.wording[language] == bare.wording[language] + extra
        for mine, plain in zip(found.weaker, bare.weaker, strict=True):
            assert mine[language] == f"{plain[language]}{extra}"
    assert [one["level"] for one in found.weaker] == [2, 1]


def test_a_difference_that_adjusting_takes_away_has_no_direction() -> None:
    assert effect_words.worded(STUDY, FOUND).direction == "up"
    lost = replace(FOUND, reasons=(reason("attrition"), reason("adjusted")))
    assert effect_words.worded(STUDY, lost).direction == "unclear"
    kept = replace(FOUND, reasons=(reason("attrition"),))
    assert effect_words.worded(STUDY, kept).direction == "up"


def test_who_is_silent_says_why_and_nothing_of_an_effect() -> None:
    spoken = effect_words.worded(STUDY, FOUND)
    found = effect_words.silent(spoken, "too_few")
    assert (found.status, found.direction, found.weaker, found.spoken) == (
        "too_few",
        None,
        (),
        None,
    )
    assert found.wording["nl"].startswith("Er zijn te weinig scholen")
    assert found.reason == found.wording["en"]
    assert effect_words.silent(replace(spoken, reason="its own"), "too_few").reason == "its own"


def test_a_refusal_counts_the_rows_that_were_left_out() -> None:
    found = effect_words.refused(STUDY, 100, "failed", {"nl": "nee", "en": "no"})
    assert (found.n, found.dropped, found.status) == (100, 20, "failed")
    assert (found.reason, found.outcome, found.design) == ("no", "interesse", "ancova")
    assert found.wording == {"nl": "nee", "en": "no"}
