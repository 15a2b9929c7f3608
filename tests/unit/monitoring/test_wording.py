"""Sentences about effects: never stronger than the design, in three languages."""

import re
from dataclasses import replace
from itertools import product

import pytest

from instroom.core.errors import ProgrammingError
from instroom.core.texts import languages
from instroom.monitoring.wording import (
    FINDINGS,
    MEANINGS,
    EffectFinding,
    digits_of,
    sentence,
    silence,
    wording,
)

CLAIMS = re.compile(r"\b(effect|effekt|wirkung|impact)", re.IGNORECASE)
#: What Dutch youth institutes reserve for recognised interventions.
RECOGNITION = re.compile(
    r"goed beschreven|goed onderbouwd|effectief volgens|(eerste|goede|sterke) aanwijzing",
    re.IGNORECASE,
)
KINDS = sorted({key.partition(".")[0] for key in FINDINGS})
INTERVALS = {"up": (0.02, 0.22), "down": (-0.22, -0.02), "unclear": (-0.02, 0.22)}


def finding(kind: str = "ancova", level: int = 5, direction: str = "up") -> EffectFinding:
    ci = INTERVALS[direction]
    comparison = kind not in ("one_group", "course")
    return EffectFinding(kind, level, comparison, "interesse", sum(ci) / 2, ci, 1480)


@pytest.mark.parametrize(
    ("kind", "direction", "language"), list(product(KINDS, INTERVALS, languages()))
)
def test_up_to_level_two_nothing_speaks_of_an_effect(kind, direction, language) -> None:
    for level in (1, 2):
        assert not CLAIMS.search(sentence(finding(kind, level, direction), language))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("direction", ["up", "down"])
def test_before_and_after_without_comparison_is_an_association(language, direction) -> None:
    word = {"nl": "samenhang", "en": "association", "de": "Zusammenhang"}[language]
    assert word in sentence(finding("one_group", 1, direction), language)


def test_nothing_can_be_said_stronger_than_the_design_allows() -> None:
    for level in (1, 2, 3, 4):
        with pytest.raises(ProgrammingError, match="stronger"):
            sentence(finding(level=level), "nl", level + 1)


@pytest.mark.parametrize("level", [0, -1])
def test_there_is_no_level_below_the_first(level) -> None:
    with pytest.raises(ProgrammingError, match="stronger"):
        sentence(finding(), "nl", level)


@pytest.mark.parametrize("direction", INTERVALS)
def test_what_it_means_is_that_of_the_level_asked_for(direction) -> None:
    clear = "unclear" if direction == "unclear" else "seen"
    for level in (1, 2, 3, 4, 5):
        assert sentence(finding("did", 5, direction), "nl", level).endswith(
            MEANINGS[f"{level}.{clear}"]
        )
        alone = sentence(finding("one_group", 5, direction), "nl", level)
        assert alone.endswith(MEANINGS[f"0.{clear}"])


@pytest.mark.parametrize(
    ("ci", "clear", "direction"),
    [
        ((0.1, 0.2), True, "up"),
        ((-0.2, -0.1), True, "down"),
        ((-0.1, 0.2), True, "unclear"),
        ((0.0, 0.2), True, "unclear"),
        ((-0.2, 0.0), True, "unclear"),
        ((0.1, 0.2), False, "unclear"),
    ],
)
def test_a_direction_is_of_an_interval_that_holds_no_zero(ci, clear, direction) -> None:
    assert replace(finding(), ci=ci, clear=clear).direction == direction


def test_the_weaker_sentences_come_with_it_strongest_first() -> None:
    strongest, weaker = wording(finding(level=4))
    assert set(strongest) == set(languages())
    assert [w["level"] for w in weaker] == [3, 2, 1]
    assert weaker[0]["nl"] != strongest["nl"]


def test_a_difference_within_chance_is_never_called_a_difference() -> None:
    for kind in KINDS:
        text = sentence(finding(kind, 1, "unclear"), "nl")
        assert re.search(r"geen (verschil|verandering) .*toeval", text)


def test_no_sentence_uses_the_words_of_a_recognised_intervention() -> None:
    texts = [*FINDINGS.values(), *MEANINGS.values()]
    assert [text for text in texts if RECOGNITION.search(text)] == []


@pytest.mark.parametrize("language", languages())
def test_every_sentence_is_translated_and_filled_in(language) -> None:
    dutch = {sentence(finding(k, 5, d), "nl") for k in KINDS for d in INTERVALS}
    own = {sentence(finding(k, 5, d), language) for k in KINDS for d in INTERVALS}
    assert not any("{" in text for text in own)
    assert language == "nl" or not dutch & own


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert "0,12 punt hoger" in sentence(finding(), "nl")
    assert "0.12 points higher" in sentence(finding(), "en")
    assert "1.480 leerlingen" in sentence(finding(), "nl")
    assert "12 procentpunt" in sentence(finding("binary"), "nl")


def test_size_and_interval_have_the_decimals_of_the_interval() -> None:
    low = replace(finding(direction="down"), estimate=-0.1234, ci=(-0.2226, -0.0234))
    assert "gemiddeld 0,123 punt lager" in sentence(low, "nl")
    assert "(95%-interval −0,223 tot −0,023 punt; 1.480 leerlingen)" in (sentence(low, "nl"))
    parts = replace(low, kind="binary")
    assert "12,3 procentpunt kleiner" in sentence(parts, "nl")
    assert "95%-interval −22,3 tot −2,3 procentpunt" in sentence(parts, "nl")


@pytest.mark.parametrize(
    ("low", "high", "digits"),
    [
        (0.0, 2.0, 1),
        (0.0, 0.2, 2),
        (-30.0, 30.0, 0),
        (-3e5, 3e5, 0),
        (0.0, 1e-30, 9),
        (1.0, 1.0, 2),
        (0.0, float("inf"), 2),
        (float("nan"), 1.0, 2),
    ],
)
def test_an_interval_has_two_digits_of_its_half_width(low, high, digits) -> None:
    assert digits_of(low, high) == digits


def test_a_silence_says_why_in_every_language() -> None:
    for status in ("too_few", "not_supported", "anything else"):
        assert set(silence(status)) == set(languages())
        assert all(silence(status).values())
    assert silence("anything else") == silence("failed") != silence("too_few")
