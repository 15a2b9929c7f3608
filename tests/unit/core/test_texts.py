"""Every Dutch sentence has its English and German; numbers follow the language."""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from instroom.core.texts import SOURCE_LANGUAGE, Texts, languages

ROOT = Path(__file__).parents[3]
SPACE = "\N{NO-BREAK SPACE}"
TRANSLATED = [code for code in languages() if code != SOURCE_LANGUAGE]


@cache
def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts/messages.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _messages() -> dict[str, set[str]]:
    found: dict[str, set[str]] = _script().collect()
    return found


def _translations(language: str) -> dict[str, str]:
    found: dict[str, str] = _script().translations(_script().files()[language])
    return found


def test_dutch_comes_first_then_english_and_german():
    assert languages() == ("nl", "en", "de")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_the_file_is_up_to_date(language):
    script = _script()
    assert script.problems(language, script.files()[language], _messages()) == []


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
        "meer dan toeval omhoog": "src/instroom/reports/documents/parts.py",
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


def test_problems_are_told_apart(tmp_path):
    script = _script()
    file = tmp_path / "django.po"
    file.write_text(
        'msgid "oud"\nmsgstr "old"\n\nmsgid "{n} scholen"\nmsgstr "{m} schools"\n', "utf-8"
    )
    found = script.problems("en", file, {"{n} scholen": {"a.py"}, "nieuw": {"b.py"}})
    assert found == [
        "en: untranslated: 'nieuw'",
        "en: unused: 'oud'",
        "en: other placeholders: '{n} scholen' -> '{m} schools'",
    ]


def test_a_written_file_reads_back_sorted_and_without_the_obsolete(tmp_path):
    script = _script()
    file = tmp_path / "django.po"
    messages = {"b 5 % d": {"src/b.py", "src/a.py"}, "a": {"src/c.html"}}
    text = script.written("en", messages, {"a": "A", "weg": "gone"})
    file.write_text(text, "utf-8")
    assert script.translations(file) == {"a": "A", "b 5 % d": ""}
    assert text.index('msgid "a"') < text.index('msgid "b 5 % d"')
    assert "#: src/a.py src/b.py\n" in text
    assert "format" not in text.split("\n\n", 1)[1]
    assert script.written("en", messages, script.translations(file)) == text


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
