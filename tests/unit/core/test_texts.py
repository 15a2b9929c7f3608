"""Every Dutch sentence has its English and German; numbers follow the language."""

import configparser
import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from instroom.core import texts
from instroom.core.texts import SOURCE_LANGUAGE, Texts, chapters, languages

ROOT = Path(__file__).parents[3]
SPACE = "\N{NO-BREAK SPACE}"
TRANSLATED = [code for code in languages() if code != SOURCE_LANGUAGE]


@cache
def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts/messages.py")
    assert spec and spec.loader
    sys.path.insert(0, str(ROOT / "scripts"))  # it imports its neighbour
    module = importlib.util.module_from_spec(spec)
    sys.modules["messages"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@cache
def _messages() -> dict[str, set[str]]:
    found: dict[str, set[str]] = _script().collect()
    return found


def _translations(language: str) -> dict[str, str]:
    found: dict[str, str] = _script().translations(*chapters(language))
    return found


@pytest.mark.parametrize("language", [code for code in languages() if code != "en"])
def test_refusals_keep_their_places_in_every_language(language):
    script = _script()
    book = next(b for b in script.books() if b.is_refusals and b.language == language)
    lines = script.problems(language, book.messages, script.translations(*book.files))
    assert [line for line in lines if "untranslated" not in line] == []
    assert script.stale(book) == []


def test_dutch_comes_first_then_english_and_german():
    assert languages() == ("nl", "en", "de")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_the_files_are_up_to_date(language):
    script = _script()
    assert script.problems(language, _messages(), _translations(language)) == []
    assert script.stale(script.Book(language, _messages())) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_those_of_the_dutch(language):
    placeholders = _script().placeholders
    wrong = {
        message: text
        for message, text in _translations(language).items()
        if placeholders(message) != placeholders(text)
    }
    assert wrong == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_empty_or_loses_its_outer_spaces(language):
    def edges(text: str) -> tuple[bool, bool]:
        return text != text.lstrip(), text != text.rstrip()

    known = _translations(language)
    assert [message for message, text in known.items() if not text.strip()] == []
    assert [m for m, text in known.items() if edges(m) != edges(text)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_raises_its_voice(language):
    assert [text for text in _translations(language).values() if "!" in text] == []


def test_the_script_sees_words_in_code_tables_templates_and_definitions():
    places = {
        "niet in dit bestand": "src/instroom/reports/documents/parts.py",
        "geteld naar de woonplaats": "src/instroom/reports/words.py",
        "Naar de inhoud": "src/instroom_web/shared/templates/shared/base.html",
        "De som van alle waarden, gedeeld door hun aantal.": (
            "src/instroom/definitions/glossary/glossary.toml"
        ),
    }
    for message, place in places.items():
        assert place in _messages()[message]


def test_an_unlisted_variable_is_refused():
    script = _script()
    call = script.ast.parse("t(SECRET[code])").body[0].value
    with pytest.raises(script.UnknownMessageError, match=r"file\.py:1"):
        script._messages(call.args[0], "file.py:1")


def test_problems_are_told_apart():
    known = {"oud": "old", "{n} scholen": "{m} schools"}
    found = _script().problems("en", {"{n} scholen": {"a.py"}, "nieuw": {"b.py"}}, known)
    assert found == [
        "en: untranslated: 'nieuw'",
        "en: unused: 'oud'",
        "en: other placeholders: '{n} scholen' -> '{m} schools'",
    ]


def test_a_written_file_reads_back_sorted_and_without_the_obsolete(tmp_path):
    script = _script()
    file = tmp_path / "core.po"
    messages = {"b 5 % d": {"src/b.py", "src/a.py"}, "a": {"src/c.html"}}
    text = script.written("en", messages, {"a": "A", "weg": "gone"})
    file.write_text(text, "utf-8")
    assert script.translations(file) == {"a": "A", "b 5 % d": ""}
    assert text.index('msgid "a"') < text.index('msgid "b 5 % d"')
    assert "#: src/a.py src/b.py\n" in text
    assert "format" not in text.split("\n\n", 1)[1]
    assert script.written("en", messages, script.translations(file)) == text


@pytest.fixture
def locale(tmp_path, monkeypatch):
    """A folder of languages of our own: English in two files of which one has an odd name."""
    for module in (texts, _script()):
        monkeypatch.setattr(module, "LOCALE", tmp_path)
    folder = tmp_path / "en/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "translator.po").write_text('msgid "school"\nmsgstr "school"\n', "utf-8")
    (folder / "core.po").write_text('msgid "jaar"\nmsgstr "year"\n', "utf-8")
    (folder / "errors.po").write_text('msgid "jaar"\nmsgstr "not this"\n', "utf-8")
    return folder


HOMES = {
    "jaar": {"src/instroom/reports/words.py", "src/instroom/core/quarantine.py"},
    "school": {"src/instroom/definitions/region/regions/twente.toml"},
    "pagina": {"src/instroom_web/task_commands.py"},
}


def test_each_chapter_gets_its_own_file_and_refusals_stay_apart(locale):
    script = _script()
    assert script.stale(script.Book("en", HOMES)) != []
    script.write(script.Book("en", HOMES))
    assert [file.name for file in chapters("en")] == ["core.po", "region.po", "shared.po"]
    assert script.translations(*chapters("en")) == {
        "jaar": "year",
        "school": "school",
        "pagina": "",
    }
    assert script.stale(script.Book("en", HOMES)) == []
    assert (locale / "errors.po").read_text("utf-8") == 'msgid "jaar"\nmsgstr "not this"\n'


def test_a_sentence_translated_in_two_files_is_named(locale):
    script = _script()
    script.write(script.Book("en", HOMES))
    with (locale / "shared.po").open("a", encoding="utf-8") as file:
        file.write('\nmsgid "jaar"\nmsgstr "season"\n')
    assert "en: here twice: 'jaar'" in script.stale(script.Book("en", HOMES))


UNDECIDED = {
    "two files": ("translator.po", 'msgid "jaar"\nmsgstr "season"\n', "translated in two ways"),
    "one file": (
        "core.po",
        'msgid "jaar"\nmsgstr "year"\n\nmsgid "jaar"\nmsgstr "season"\n',
        "translated in two ways",
    ),
    "fuzzy": ("core.po", '#, fuzzy\nmsgid "jaar"\nmsgstr "year"\n', "marked as fuzzy"),
}


@pytest.mark.parametrize("case", UNDECIDED)
def test_what_a_person_must_decide_is_named_and_nothing_is_written(
    locale, monkeypatch, capsys, case
):
    script = _script()
    name, text, said = UNDECIDED[case]
    (locale / name).write_text(text, "utf-8")
    before = {file.name: file.read_bytes() for file in locale.iterdir()}
    monkeypatch.setattr(script, "collect", lambda: HOMES)
    monkeypatch.setattr(script.refusals, "collect", dict)
    monkeypatch.setattr(script, "languages", lambda: ("nl", "en"))
    assert script.main([]) == 1
    assert script.main(["--check"]) == 1
    assert f"en: {said}: 'jaar'; nothing written" in capsys.readouterr().out
    assert {file.name: file.read_bytes() for file in locale.iterdir()} == before


def test_a_line_that_cannot_be_read_is_named(locale):
    script = _script()
    (locale / "core.po").write_text('msgid "jaar\nmsgstr "year"\n', "utf-8")
    with pytest.raises(script.UnknownMessageError, match=r"core\.po: line 1 "):
        script.translations(*chapters("en"))


def test_a_lone_brace_in_a_translation_is_a_problem_not_a_crash():
    found = _script().problems("en", {"{n} scholen": {"a"}}, {"{n} scholen": "{n schools"})
    assert found == ["en: other placeholders: '{n} scholen' -> '{n schools'"]


def test_pages_read_the_filled_translation_wherever_it_stands(locale):
    (locale / "accounts.po").write_text('msgid "jaar"\nmsgstr ""\n', "utf-8")
    texts._catalogue.cache_clear()
    try:
        assert Texts("en")("jaar") == "year"
    finally:
        texts._catalogue.cache_clear()


def test_dutch_is_there_once(locale):
    folder = locale.parents[1] / "nl/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "start.po").touch()
    languages.cache_clear()
    try:
        assert languages() == ("nl", "en")
    finally:
        languages.cache_clear()


def test_one_empty_file_of_any_name_adds_a_language(locale):
    folder = locale.parents[1] / "fy/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "start.po").touch()
    languages.cache_clear()
    try:
        assert languages() == ("nl", "en", "fy")
        _script().write(_script().Book("fy", HOMES))
        assert [file.name for file in chapters("fy")] == ["core.po", "region.po", "shared.po"]
    finally:
        languages.cache_clear()


def test_a_chapter_that_nobody_named_is_refused():
    script = _script()
    with pytest.raises(script.UnknownMessageError, match="which chapter is attic"):
        script.chapter({"src/instroom/attic/box.py"})


def test_chapters_follow_the_layers_of_the_house():
    house = configparser.ConfigParser()
    house.read(ROOT / ".importlinter", "utf-8")
    rooms = re.findall(r"\w+", house["importlinter:contract:spine"]["layers"])[::-1]
    named = [name for name in _script().CHAPTERS if name in rooms]
    assert len(named) > 5
    assert named == sorted(named, key=rooms.index)


@pytest.mark.parametrize(
    ("language", "number", "share", "interval"),
    [
        ("nl", "1.234.567", f"48,5{SPACE}%", f"47,4–49,8{SPACE}%"),
        ("en", "1,234,567", "48.5%", "47.4–49.8%"),
        ("de", "1.234.567", f"48,5{SPACE}%", f"47,4–49,8{SPACE}%"),
    ],
)
def test_numbers_and_shares_follow_the_language(language, number, share, interval):
    t = Texts(language)
    assert t.number(1234567) == number
    assert t.percent(0.485) == share
    assert t.percent(0.47353, 0.49777) == interval
    assert t.number(3.25, digits=1) == ("3.2" if language == "en" else "3,2")
    assert t.number(5, 5) == "5"


@pytest.mark.parametrize(
    ("language", "text"),
    [("nl", "2 van 3"), ("en", "2 of 3"), ("de", "2 von 3"), ("fr", "2 van 3")],
)
def test_a_sentence_is_said_in_the_language(language, text):
    assert Texts(language)("{part} van {whole}", part=2, whole=3) == text


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_an_unknown_message_stays_dutch(language):
    t = Texts(language)
    assert t("Dit staat nergens: {n}.", n=3) == "Dit staat nergens: 3."
    assert t("Een los haakje { blijft staan") == "Een los haakje { blijft staan"
    assert t("") == ""
