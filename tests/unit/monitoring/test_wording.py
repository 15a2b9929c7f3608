"""Sentences about effects: never stronger than the design, in three languages."""

import re
from itertools import product

import pytest

from instroom.core.errors import ProgrammingError
from instroom.core.texts import languages
from instroom.monitoring.wording import (
    FINDINGS,
    MEANINGS,
    EffectFinding,
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


def test_a_silence_says_why_in_every_language() -> None:
    for status in ("too_few", "not_supported", "anything else"):
        assert set(silence(status)) == set(languages())
        assert all(silence(status).values())
