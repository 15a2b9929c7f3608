"""What a command prints of a definition file is in the reader's language; so are its own labels."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from instroom import api
from instroom.cli.lines import check_lines, pipeline_lines, series_lines
from instroom.cli.main import main
from instroom.core.texts import ERRORS, LOCALE, PSEUDO, Texts
from instroom.definitions import registry
from instroom.definitions.kinds import SPOKEN, spoken
from instroom.reports import upkeep


def outside(lines: list[str]) -> str:
    """Return what the pseudo-language left unmarked: words that nobody can translate."""
    return re.sub(r"⟦[^⟧]*⟧", " ", "\n".join(lines))


def texts_of_definitions() -> set[str]:
    """Return all texts in definition files of more than one word; one may be a code as well."""
    found = {
        text
        for kind in SPOKEN
        for one in registry.kind(kind).values()
        for text in spoken(kind, one)
    }
    return {text for text in found if " " in text}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def _series(data: Path) -> list[str]:
    lines = []
    for indicator in registry.indicators().values():
        for key in registry.classifications():
            kind, _, name = key.partition("/")
            if kind == indicator.classification:
                found = api.series(indicator.id, classification=name, data=data)
                lines += series_lines(found, PSEUDO)
        lines += series_lines(api.series(indicator.id, data=data), PSEUDO)
    return lines


def _pipeline(data: Path) -> list[str]:
    return pipeline_lines(api.pipeline(data=data), PSEUDO)


def _goals(data: Path) -> list[str]:
    return api.kpi(data=data, lang=PSEUDO).lines()


@pytest.mark.parametrize("said_by", [_series, _pipeline, _goals])
def test_no_text_of_a_definition_is_printed_untranslated(
    data: Path, said_by: Callable[[Path], list[str]]
) -> None:
    left = outside(said_by(data))
    assert not {text for text in texts_of_definitions() if text in left}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("key", registry.classifications())
def test_the_classification_of_a_series_is_named_in_its_language(
    data: Path, key: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, _, name = key.partition("/")
    one = next(i.id for i in registry.indicators().values() if i.classification == kind)
    command = ["series", one, "--classification", name, "--data", str(data)]
    assert main([*command, "--lang", language]) == 0
    head = capsys.readouterr().out.splitlines()[0]
    title = registry.classifications()[key].title
    assert head.endswith(f" · {Texts(language)(title)}")
    assert Texts(language)(title) != title


def test_the_labels_of_check_are_words_of_the_reader(data: Path) -> None:
    left = outside(check_lines(api.check(data=data), PSEUDO))
    assert not [one["id"] for one in api.check(data=data)["checks"] if one["id"] in left]


def test_check_counts_definitions_by_what_they_are_called(data: Path) -> None:
    message = api.check(data=data)["checks"][0]["message"]
    counts = registry.check_all()
    assert f"{counts['source']} sources" in message
    assert f"{counts['codes']} code lists" in message
    assert "1 pipeline," in message, "one is no plural"


def test_check_reads_the_definitions_once(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times, check_all = [], registry.check_all

    def counted() -> dict[str, int]:
        times.append(1)
        return check_all()

    monkeypatch.setattr(registry, "check_all", counted)
    assert upkeep.check(data=data)["ok"]
    assert len(times) == 1


def test_german_refusals_say_what_to_do_in_one_form() -> None:
    """An infinitive: nobody is addressed, in a familiar way or politely."""
    with (LOCALE / "de/LC_MESSAGES" / f"{ERRORS}.po").open("rb") as file:
        said = [str(one.string) for one in read_po(file) if one.id]
    address = re.compile(
        r"\b(du|dich|dir|dein\w*|Ihnen|Ihre?[nmrs]?)\b|(?<![.:!?] )(?<!^)\bS(ie)\b"
    )
    assert len(said) > 500
    assert not [one for one in said if address.search(one)]
