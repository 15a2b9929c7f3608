"""Definition files: found, checked, replaced by an overlay, and refused with everything wrong."""

import re
from pathlib import Path

import pytest

from instroom.core.errors import DefinitionError
from instroom.core.texts import Texts, languages
from instroom.definitions import models, registry

KPI = 'title = "Doel"\nnumber = 1\nseed = "KPI 1"\nlines = [1]\n'


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(tmp_path))
    registry._set_of.cache_clear()
    yield tmp_path
    registry._set_of.cache_clear()


def put(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, "utf-8")


def test_every_shipped_definition_loads() -> None:
    counts = registry.check_all()
    assert set(counts) == set(registry.KINDS)
    assert counts["kpi"] == 7
    assert counts["source"] > 1


@pytest.mark.parametrize("kind", registry.KINDS)
def test_folders_hold_no_file_that_no_kind_reads(kind: str) -> None:
    folder, _ = registry.KINDS[kind]
    assert (registry.HERE / folder).is_dir()


def test_every_toml_file_belongs_to_a_kind() -> None:
    folders = [registry.HERE / folder for folder, _ in registry.KINDS.values()]
    lost = [
        file.relative_to(registry.HERE).as_posix()
        for file in registry.HERE.rglob("*.toml")
        if not any(file.is_relative_to(folder) for folder in folders)
    ]
    assert lost == []


def test_unknown_id_answers_did_you_mean() -> None:
    with pytest.raises(DefinitionError) as caught:
        registry.sources()["duo_exam_candidate"]
    error = caught.value
    assert error.code == "unknown_id"
    assert error.hint == "did you mean 'duo_exam_candidates'?"
    assert "did you mean 'duo_exam_candidates'?" in error.message
    assert (error.where.key, error.found) == ("duo_exam_candidate", "duo_exam_candidate")


def test_unknown_id_that_resembles_nothing_lists_what_there_is() -> None:
    with pytest.raises(DefinitionError) as caught:
        registry.kpis()["zzz"]
    assert caught.value.hint is None
    assert "3_technical_profile" in (caught.value.expected or "")


def test_id_of_no_text_is_simply_not_there() -> None:
    assert 3 not in registry.kpis()
    assert registry.kpis().get("3_technical_profile") is not None


def test_overlay_adds_and_replaces_by_id(overlay: Path) -> None:
    put(overlay, "programme/kpis/3_technical_profile.toml", KPI.replace("Doel", "Anders"))
    put(overlay, "programme/kpis/8_new.toml", KPI.replace("1", "8"))
    assert registry.kpis()["3_technical_profile"].title == "Anders"
    assert registry.kpis()["8_new"].number == 8
    assert len(registry.kpis()) == 8


def test_without_overlay_nothing_of_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INSTROOM_DEFINITIONS", raising=False)
    assert len(registry.kpis()) == 7
    assert registry.overlay() is None


def test_an_empty_overlay_changes_nothing(overlay: Path) -> None:
    assert registry.overlay() == overlay
    assert registry.check_all()["kpi"] == 7


def test_all_problems_at_once_with_file_and_key(overlay: Path) -> None:
    text = 'title = "Doel"\nnumber = "een"\nsead = "KPI 1"\nlines = [1]\nbetter = "up"\n'
    put(overlay, "programme/kpis/9_wrong.toml", text)
    with pytest.raises(DefinitionError) as caught:
        registry.kpis()
    error = caught.value
    assert error.code == "definition_invalid"
    assert error.where.file == "programme/kpis/9_wrong.toml"
    assert error.where.key == "sead"
    assert "key 'sead': unknown key; did you mean 'seed'?" in str(error)
    for key in ("sead", "number", "seed", "better"):
        assert str(error).count(f"key '{key}'") == 1, "named once"
    assert "one of 'higher', 'lower', 'neither' is expected" in error.message
    assert error.found == "4 problems"
    assert error.expected == "a file of the kind 'goal'"


def test_one_problem_names_its_key_once_and_is_one(overlay: Path) -> None:
    put(overlay, "programme/kpis/9_wrong.toml", KPI + "need = 1\n")
    with pytest.raises(DefinitionError) as caught:
        registry.kpis()
    error = caught.value
    assert str(error).splitlines()[:2] == [
        "programme/kpis/9_wrong.toml, key 'need': text is expected",
        "  found:    one problem",
    ]


def test_a_problem_of_a_whole_file_names_no_key(overlay: Path) -> None:
    put(overlay, "monitoring/indicators/mine.toml", INDICATOR.replace("reason", "need"))
    with pytest.raises(DefinitionError) as caught:
        registry.indicators()
    assert caught.value.where.key is None
    assert str(caught.value).startswith("monitoring/indicators/mine.toml: an indicator")


@pytest.mark.parametrize("value", ["2026-11-23T10:00:00", '"gisteren"', "1.5", "10:00:00"])
def test_what_is_no_date_is_said_in_our_words(overlay: Path, value: str) -> None:
    claim = (registry.HERE / "region/claims/08_germany.toml").read_text("utf-8")
    text = re.sub(r"(?m)^checked .*$", f"checked = {value}", claim)
    put(overlay, "region/claims/mine.toml", text)
    with pytest.raises(DefinitionError, match="key 'checked': a date is expected"):
        registry.claims()


def test_what_may_not_be_empty_holds_one_at_least() -> None:
    """Of such a text or list the refusal says that it is empty."""
    models_dir = registry.HERE / "models"
    least = re.findall(r"min_length=(\d+)", "".join(f.read_text() for f in models_dir.glob("*.py")))
    assert set(least) == {"1"}


NEARLY = ["monitoring/indicators/X.TOML", "monitoring/indicators/x.toml.txt", "x/x.Toml"]


@pytest.mark.parametrize("path", NEARLY)
def test_a_name_that_nearly_ends_right_is_refused(overlay: Path, path: str) -> None:
    put(overlay, path, INDICATOR)
    with pytest.raises(DefinitionError) as caught:
        registry.check_all()
    assert (caught.value.code, caught.value.where.file) == ("definition_lost", path)
    assert caught.value.hint == f"call the file {Path(path).name[0]}.toml"


@pytest.mark.parametrize("path", ["monitoring/indicators/README.md", ".git/x.TOML", "notes.txt"])
def test_what_is_no_definition_file_is_let_be(overlay: Path, path: str) -> None:
    before = registry.check_all()
    put(overlay, path, "x")
    assert registry.check_all() == before


def test_a_misspelt_key_inside_a_table_is_named(overlay: Path) -> None:
    text = (registry.HERE / "monitoring/sources/duo_exam_results.toml").read_text("utf-8")
    wrong = text.replace('role = "institution"', 'rol = "institution"', 1)
    put(overlay, "monitoring/sources/mine.toml", wrong)
    with pytest.raises(DefinitionError) as caught:
        registry.sources()
    assert "columns.institution.rol" in caught.value.message
    assert "did you mean 'role'?" in caught.value.message


@pytest.mark.parametrize("text", ["title = ", "title = 'x'\ntitle = 'y'\n", "[a\n"])
def test_what_is_no_toml_names_the_file(overlay: Path, text: str) -> None:
    put(overlay, "programme/kpis/9_wrong.toml", text)
    with pytest.raises(DefinitionError) as caught:
        registry.kpis()
    assert caught.value.code == "definition_syntax"
    assert caught.value.where.file == "programme/kpis/9_wrong.toml"


def test_bytes_that_are_no_utf8_name_the_file(overlay: Path) -> None:
    put(overlay, "programme/kpis/9_wrong.toml", "")
    (overlay / "programme/kpis/9_wrong.toml").write_bytes(b'title = "caf\xe9"\n')
    with pytest.raises(DefinitionError) as caught:
        registry.kpis()
    assert caught.value.code == "definition_syntax"


def test_a_pattern_that_is_none_is_refused(overlay: Path) -> None:
    text = (registry.HERE / "monitoring/sources/duo_exam_results.toml").read_text("utf-8")
    put(
        overlay, "monitoring/sources/mine.toml", text.replace("(?P<measure>EXAMEN", "(?P<EXAMEN", 1)
    )
    with pytest.raises(DefinitionError, match="no regular expression"):
        registry.sources()


def test_definitions_cannot_be_changed() -> None:
    kpi = registry.kpis()["3_technical_profile"]
    with pytest.raises(ValueError, match="frozen"):
        kpi.number = 4  # type: ignore[misc]


def test_glossary_merges_terms_of_an_overlay(overlay: Path) -> None:
    before = {term.identifier for term in registry.glossary().terms}
    text = 'title = "Woorden"\n[[terms]]\nidentifier = "extra"\nnl = "extra"\nen = "extra"\n'
    put(overlay, "glossary/mine.toml", text + 'de = "extra"\nmeaning = "erbij"\n')
    registry._set_of.cache_clear()
    assert {term.identifier for term in registry.glossary().terms} == before | {"extra"}


def test_every_kind_has_its_own_folder_and_model() -> None:
    folders = [folder for folder, _ in registry.KINDS.values()]
    assert len(set(folders)) == len(folders)
    assert all(issubclass(model, models.Definition) for _, model in registry.KINDS.values())


# --- what files say of each other, and in other languages --------------------------------

INDICATOR = """
title = "Leden van een club"
measure = "missing"
unit = "pupils"
definition = "Wie lid is."
reason = "not_measured"
"""
#: A share whose everybody is the part of another: not its own, a number, or bounded itself.
WITHIN = """
title = "Nieuw"
measure = "share"
unit = "pupils"
classification = "technical_ho"
verb = "kiest techniek"
definition = "Wie techniek kiest."
[stages.default]
title = "begin"
who = "leerlingen"
sources = ["duo_ho_origin"]
measure = "students"
end = "far"
derived = ["field"]
within = "{within}"
"""
PAGE = """
title = "Voor ouders"
chapter = "over"
lead = "Wat dit betekent."
[[sections]]
anchor = "wat"
heading = "Wat"
paragraphs = ["Een brug."]
"""


@pytest.mark.parametrize(
    ("path", "text", "key", "hint"),
    [
        (
            "programme/kpis/8_new.toml",
            KPI + 'indicators = ["po_pupil"]\n',
            "indicators",
            "did you mean 'po_pupils'?",
        ),
        (
            "monitoring/indicators/new.toml",
            INDICATOR.replace("not_measured", "not_mesured"),
            "reason",
            "did you mean 'not_measured'?",
        ),
        *(
            (
                "monitoring/indicators/new.toml",
                WITHIN.format(within=within),
                "stages.default.within",
                None,
            )
            for within in ("nowhere", "new", "po_pupils", "vo_to_technical_share")
        ),
        (
            "monitoring/pipelines/new.toml",
            'title = "Weg"\n[groups.a]\ntitle = "A"\nplace_of = "school"\nsteps = '
            '[{ id = "x", title = "x", indicator = "technical_profile_share", stage = "exams" }]\n',
            "groups.a.steps.x",
            "did you mean 'exam'?",
        ),
        (
            "region/regions/new.toml",
            'title = "Streek"\ncountry = "nl"\nprovince = "PV23"\n[municipalities]\n'
            'GM9990 = { name = "Nergens", abbreviation = "NER", column = 0, row = 0 }\n',
            "municipalities",
            None,
        ),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_its_file(
    overlay: Path, path: str, text: str, key: str, hint: str | None
) -> None:
    put(overlay, path, text)
    with pytest.raises(DefinitionError) as caught:
        registry.check_all()
    error = caught.value
    assert (error.code, error.where.file, error.where.key) == ("unknown_id", path, key)
    assert hint is None or error.hint == hint


def test_a_source_names_a_publisher_that_has_a_file(overlay: Path) -> None:
    text = (registry.HERE / "monitoring/sources/duo_exam_results.toml").read_text("utf-8")
    put(overlay, "monitoring/sources/mine.toml", text.replace('"duo"', '"douw"', 1))
    with pytest.raises(DefinitionError, match="no publisher 'douw'"):
        registry.check_all()
    put(overlay, "monitoring/publishers/douw.toml", 'title = "Douw"\nshared = []\n')
    registry._set_of.cache_clear()
    assert registry.check_all()["publisher"] > 4


def test_a_file_in_a_folder_that_no_kind_reads_is_refused(overlay: Path) -> None:
    put(overlay, "indicators/mine.toml", INDICATOR)
    with pytest.raises(DefinitionError) as caught:
        registry.check_all()
    assert (caught.value.code, caught.value.where.file) == (
        "definition_lost",
        "indicators/mine.toml",
    )
    assert caught.value.hint == "move the file to monitoring/indicators"


@pytest.mark.parametrize("name", ["elsewhere", "file.toml"])
def test_an_overlay_that_is_no_folder_is_refused(
    overlay: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    put(overlay, "file.toml", "")
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(overlay / name))
    with pytest.raises(DefinitionError) as caught:
        registry.kpis()
    error = caught.value
    assert (error.code, error.exit_code) == ("definitions_folder", 10)
    assert error.found == ("a file" if name == "file.toml" else "nothing of this name")
    assert error.where.file.endswith(name)
    assert error.expected
    assert error.hint


def test_a_file_brings_its_own_translations(overlay: Path) -> None:
    words = '[words.en]\n"Leden van een club" = "Members"\n[words.de]\n"Wie lid is." = "Wer"\n'
    put(overlay, "monitoring/indicators/mine.toml", INDICATOR + words)
    mine = registry.indicators()["mine"]
    said = [(Texts(code)(mine.title), Texts(code)(mine.definition)) for code in languages()]
    assert said == [
        ("Leden van een club", "Wie lid is."),
        ("Members", "Wie lid is."),
        ("Leden van een club", "Wer"),
    ]
    assert "words" not in mine.model_dump(), "another translation is no other definition"


def test_translations_are_gone_without_the_overlay(
    overlay: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = '[words.en]\n"Leden van een club" = "Members"\n'
    put(overlay, "monitoring/indicators/mine.toml", INDICATOR + words)
    assert registry.indicators()["mine"].words
    monkeypatch.delenv("INSTROOM_DEFINITIONS")
    assert Texts("en")("Leden van een club") == "Leden van een club"


def test_a_shipped_sentence_keeps_its_translation(overlay: Path) -> None:
    put(
        overlay,
        "reports/pages/mine.toml",
        PAGE.replace("Voor ouders", "Monitoring")
        + ('[words.de]\nMonitoring = "Beobachtung"\n[words.en]\n"Wat" = "What"\n'),
    )
    assert registry.pages()["mine"].words
    before = Texts("en")("Bronnen")
    put(
        overlay,
        "reports/pages/other.toml",
        PAGE.replace("Voor ouders", "Bronnen") + ('[words.en]\nBronnen = "Wells"\n'),
    )
    registry._set_of.cache_clear()
    assert registry.pages()["other"].words
    assert Texts("en")("Bronnen") == before == "Sources"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            '[words.fr]\n"Wie lid is." = "Qui"\n',
            "words in 'fr': the other languages here are en, de",
        ),
        ('[words.nl]\n"Wie lid is." = "Wie"\n', "words in 'nl'"),
        ('[words.en]\n"Wie lid was." = "Who"\n', "did you mean 'Wie lid is.'?"),
        ('[words.en]\n"Iets anders" = "Else"\n', "'Iets anders' is no text of this file"),
        ('[words.en]\n"Wie lid is." = ""\n', "this text is empty"),
        (
            '[words.en]\n"Wie lid is." = "Who is {value}"\n',
            "the translation of 'Wie lid is.' has {value} in it, and the text has no braces",
        ),
        (
            '[words.de]\n"Van {a} tot {b}." = "Von {a} bis {c}."\n',
            "has {a}, {c} in it, and the text has {a}, {b}",
        ),
        ('[words.en]\n"Van {a} tot {b}." = "From {a} to b"\n', "has {a} in it"),
    ],
)
def test_a_translation_of_nothing_is_refused(overlay: Path, words: str, said: str) -> None:
    text = INDICATOR + 'notes = ["Van {a} tot {b}."]\n' + words
    put(overlay, "monitoring/indicators/mine.toml", text)
    with pytest.raises(DefinitionError) as caught:
        registry.indicators()
    assert caught.value.where.file == "monitoring/indicators/mine.toml"
    assert said in caught.value.message


def test_a_translation_may_turn_the_places_round(overlay: Path) -> None:
    words = 'notes = ["Van {a} tot {b}."]\n[words.en]\n"Van {a} tot {b}." = "To {b} from {a}."\n'
    put(overlay, "monitoring/indicators/mine.toml", INDICATOR + words)
    assert registry.indicators()["mine"].words


CLUB_EN = '[words.en]\n"Leden van een club" = "{}"\n'
CLUB_GOAL = KPI.replace("Doel", "Leden van een club") + CLUB_EN


def test_two_translations_of_one_text_are_refused(overlay: Path) -> None:
    put(overlay, "monitoring/indicators/mine.toml", INDICATOR + CLUB_EN.format("Members"))
    put(overlay, "programme/kpis/8_new.toml", CLUB_GOAL.format("Club members"))
    with pytest.raises(DefinitionError) as caught:
        registry.check_all()
    error = caught.value
    assert (error.code, error.where.file, error.where.key) == (
        "words_differ",
        "programme/kpis/8_new.toml",
        "words.en",
    )
    assert (error.found, error.expected) == ("Club members", "Members")
    assert "monitoring/indicators/mine.toml" in error.message
    with pytest.raises(DefinitionError, match="another translation"):
        Texts("en")("Leden van een club")
    put(overlay, "programme/kpis/8_new.toml", CLUB_GOAL.format("Members"))
    registry._set_of.cache_clear()
    assert registry.check_all()["kpi"] == 8


@pytest.mark.parametrize("first", registry.KINDS)
def test_a_translation_does_not_wait_for_the_kind_it_stands_with(overlay: Path, first: str) -> None:
    """Whatever was asked for first, or nothing: the whole overlay speaks."""
    put(overlay, "programme/kpis/8_new.toml", CLUB_GOAL.format("Members"))
    put(overlay, "monitoring/indicators/mine.toml", INDICATOR)
    assert Texts("en")("Leden van een club") == "Members"
    registry._set_of.cache_clear()
    assert len(registry.kind(first)) > 0
    assert Texts("en")("Leden van een club") == "Members"


def test_a_text_that_is_the_same_in_both_languages_is_translated(overlay: Path) -> None:
    put(
        overlay, "monitoring/indicators/mine.toml", INDICATOR + CLUB_EN.format("Leden van een club")
    )
    assert "Leden van een club" not in registry.untranslated("en")
    assert "Leden van een club" in registry.untranslated("de")
    assert "Wie lid is." in registry.untranslated("en")
    assert not registry.untranslated("nl")


def test_quotations_are_dutch_in_every_other_language() -> None:
    quotes = {claim.quote for claim in registry.claims().values()}
    assert registry.untranslated("en") == registry.untranslated("de") == quotes


def test_what_comes_along_is_translated_in_the_catalogues() -> None:
    assert not any(one.words for kind in registry.KINDS for one in registry.kind(kind).values())
