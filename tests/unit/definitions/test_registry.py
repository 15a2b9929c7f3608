"""Definition files: found, checked, replaced by an overlay, and refused with everything wrong."""

from pathlib import Path

import pytest

from instroom.core.errors import DefinitionError
from instroom.definitions import models, registry

KPI = 'title = "Doel"\nnumber = 1\nseed = "KPI 1"\nlines = [1]\n'


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(tmp_path))
    registry._registry.cache_clear()
    yield tmp_path
    registry._registry.cache_clear()


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
    assert "key 'sead': unknown key; did you mean 'seed'?" in error.message
    for key in ("number", "seed", "better"):
        assert f"key '{key}'" in error.message
    assert error.found == "4 problem(s)"


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
    registry._registry.cache_clear()
    assert {term.identifier for term in registry.glossary().terms} == before | {"extra"}


def test_every_kind_has_its_own_folder_and_model() -> None:
    folders = [folder for folder, _ in registry.KINDS.values()]
    assert len(set(folders)) == len(folders)
    assert all(issubclass(model, models.Definition) for _, model in registry.KINDS.values())
