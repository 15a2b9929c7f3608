"""What ``instroom meta`` says to people: slopes, studies beside effects, no more than it knows."""

import re
from itertools import product
from typing import Any

import pytest

from instroom import api
from instroom.cli.statistics_lines import meta_lines
from instroom.core.errors import UserError
from instroom.core.texts import Texts
from instroom.learning.measures import MEASURES

LANGUAGES = ("nl", "en", "de")
AGES = [4, 6, 8, 9, 10, 12]
EFFECTS: dict[str, list[Any]] = {
    "yi": [0.9, 0.7, 0.5, 0.3, 0.25, 0.1],
    "vi": [0.02, 0.02, 0.03, 0.02, 0.02, 0.03],
    "age": AGES,
    "weeks": [3, 1, 2, 5, 4, 4],
}
ASKED: dict[str, Any] = {"effect": "yi", "variance": "vi"}
COUNTS: dict[str, list[Any]] = {
    "a": [12, 20, 9, 30, 14, 25], "n": [40, 60, 30, 70, 50, 55],
    "c": [8, 12, 9, 14, 13, 12], "m": [41, 58, 33, 70, 52, 54], "age": AGES,
}  # fmt: skip
MEASURED = [("RR", "a,n,c,m"), ("OR", "a,n,c,m"), ("PLO", "a,n"), ("RD", "a,n,c,m")]


def told(found: Any, language: str) -> str:
    return "\n".join(meta_lines(found, language))


def number(value: float, language: str, digits: int) -> str:
    return Texts(language).number(value, digits=digits)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("moderator", ["age", "age,weeks"])
def test_with_moderators_every_slope_is_said_and_no_mean(moderator: str, language: str) -> None:
    found = api.meta(EFFECTS, **ASKED, moderator=moderator)
    said = told(found, language)
    together = {"nl": "samen", "en": "together", "de": "zusammen"}[language]
    ahead = {"nl": "nieuwe studie", "en": "new study", "de": "neue Studie"}[language]
    assert together not in said
    assert ahead not in said
    for slope in found.coefficients[1:]:
        assert slope.estimate is not None
        assert re.search(rf"{slope.name}: {re.escape(number(slope.estimate, language, 3))}", said)
    assert found.estimate is not None
    where = {"nl": "waar", "en": "where", "de": "wo"}[language]
    intercept = re.escape(number(found.estimate, language, 2))
    assert re.search(rf"{where} {moderator.replace(',', ', ')} .*0[^;]*: {intercept} ", said)


def test_the_intercept_has_its_own_name_and_its_numbers_stay() -> None:
    found = api.meta(EFFECTS, **ASKED, moderator="age")
    assert [one.name for one in found.coefficients] == ["intercept", "age"]
    assert found.coefficients[0].estimate == found.estimate
    assert [one.name for one in api.meta(EFFECTS, **ASKED).coefficients] == ["average"]


def test_the_picture_has_a_mean_only_when_there_is_one() -> None:
    plain, moderated = (api.meta(EFFECTS, **ASKED, moderator=m) for m in ("", "age"))
    assert "samen" in plain.picture()
    assert plain.funnel()
    for words in (moderated.picture(), moderated._repr_html_()):
        assert "samen" not in words
        assert "een nieuwe studie" not in words
    assert moderated.funnel() == ""


@pytest.mark.parametrize(("measure", "columns"), MEASURED)
def test_a_slope_says_on_which_scale_it_is(measure: str, columns: str) -> None:
    found = api.meta(COUNTS, measure=measure, columns=columns, moderator="age")
    scale = {"RR": "log risk ratio", "OR": "log odds ratio", "PLO": "log-odds"}.get(measure, "")
    for language in ("nl", "en"):
        slope = next(p for p in found.summary(language).split("; ") if "age: " in p)
        assert slope.endswith(f" {scale}" if scale else ")")


@pytest.mark.parametrize(
    ("studies", "cluster", "english", "german"),
    [
        (list("abcdef"), False, "6 studies together", "6 Studien zusammen"),
        (list("aabbcc"), True, "6 effects of 3 studies together", "6 Effekte aus 3 Studien"),
        (list("aabbcc"), False, "6 effects of 3 studies together", "6 Effekte aus 3 Studien"),
        (["a", "a", "b", "", "", "c"], False, "6 effects of 5 studies", "6 Effekte aus 5 Studien"),
        (list("aaaaaa"), False, "6 effects of 1 study together", "6 Effekte aus 1 Studie "),
    ],
)
def test_effects_and_studies_are_counted_apart(
    studies: list[str], cluster: bool, english: str, german: str
) -> None:
    table = EFFECTS | {"study": studies}
    found = api.meta(table, **ASKED, cluster="study" if cluster else None)
    assert found.k == 6
    assert found.summary("en").startswith(english)
    assert found.summary("de").startswith(german)


@pytest.mark.parametrize("column", ["study", "author", "trial", "paper"])
def test_a_study_with_several_rows_asks_for_its_cluster(column: str) -> None:
    table = EFFECTS | {column: list("abbcde")}
    found = api.meta(table, **ASKED, study=column)
    (warning,) = found.warnings or ()
    assert "'b'" in warning
    assert f"--cluster {column}" in warning
    for language in LANGUAGES:
        assert f"--cluster {column}" in told(found, language)
    assert not api.meta(table, **ASKED, study=column, cluster=column).warnings
    assert not api.meta(EFFECTS | {column: list("abcdef")}, **ASKED, study=column).warnings


def test_a_row_that_is_left_out_repeats_nothing() -> None:
    table = EFFECTS | {"study": list("abbcde"), "yi": [0.9, 0.7, None, 0.3, 0.2, 0.1]}
    found = api.meta(table, **ASKED)
    assert not any("--cluster" in one for one in found.warnings or ())
    assert found.summary("en").startswith("5 studies together")


@pytest.mark.parametrize("other", ["jansen 2019", "Jansen  2019", "Jansen2019"])
@pytest.mark.parametrize("options", [{}, {"cluster": "study"}])
def test_two_ways_of_writing_one_study_are_warned_of(other: str, options: dict[str, Any]) -> None:
    table = EFFECTS | {"study": ["Jansen 2019", other, "b", "c", "d", "e"]}
    found = api.meta(table, **ASKED, **options)
    (warning,) = found.warnings or ()
    assert f"'{other}'" in warning
    assert "'Jansen 2019'" in warning
    for language in LANGUAGES:
        assert f"'{other}'" in told(found, language)


@pytest.mark.parametrize("k", [4, 5, 9, 10, 14])
def test_small_studies_are_called_lopsided_from_ten_studies_on(k: int) -> None:
    se = [0.05 + 0.03 * i for i in range(k)]
    table = {"yi": [0.1 + 1.5 * s + 0.02 * (i % 3) for i, s in enumerate(se)],
             "vi": [s * s for s in se]}  # fmt: skip
    found = api.meta(table, **ASKED)
    assert found.trim_and_fill
    assert found.trim_and_fill.missing, "the studies of this test are lopsided"
    words = {"nl": r"lijkt|lijken", "en": r"seems? to be missing", "de": r"scheint|scheinen"}
    for language, word in words.items():
        assert bool(re.search(word, told(found, language))) == (k >= 10)


@pytest.mark.parametrize(("measure", "language"), list(product(MEASURES, ("nl", "de"))))
def test_wanted_columns_are_named_in_the_readers_language(measure: str, language: str) -> None:
    with pytest.raises(UserError) as caught:
        api.meta(COUNTS, measure=measure, columns="a")
    t = Texts(language)
    parts = t.say(caught.value.expected or "").split(", ")
    english = {str(want) for want in MEASURES[measure].wants}  # type: ignore[index]
    assert len(parts) == len(MEASURES[measure].wants)  # type: ignore[index]
    assert not english & set(parts)


@pytest.mark.parametrize("options", [{}, {"cluster": "study"}, {"method": "DL"}])
def test_one_study_is_never_a_plural(options: dict[str, Any]) -> None:
    table = {"yi": [0.4], "vi": [0.02], "study": ["a"]}
    found = api.meta(table, **ASKED, **options)
    for language in LANGUAGES:
        assert not re.search(
            r"\b1 (studies|Studien|trials|coeffic|coëffic|Koeff)", told(found, language)
        )
