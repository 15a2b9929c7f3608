"""The command line keeps its contract: one JSON document, exit codes, nothing stored unasked."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from instroom import __version__
from instroom.cli.main import build, main

pytest_plugins = ("unit.monitoring.reading",)

EXACT = "technical_profile_share.exam.monitor:voorbeeld:2018-2019"
SHARE = ("series", "technical_profile_share")
BOUNDED = "technical_profile_share.exam.cbs:voorbeeld:2023-2024"
HEAVY = ("duckdb", "pyarrow", "django", "pydantic", "narwhals", "altair", "numpy", "babel")
Mark = Callable[[Path], str]
Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs a command with --json and returns exit code and document."""

    def one(*words: object) -> tuple[int, Any]:
        code = main([*map(str, words), "--json"])
        out, err = capsys.readouterr()
        assert err == "", "nothing but the document, when nobody is looking"
        document, end = json.JSONDecoder().raw_decode(out)
        assert out[end:].strip() == "", "one document and nothing after it"
        return code, document

    return one


@pytest.fixture
def two_files(example: dict[str, Path], tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("exams_open", "addresses_vo"):
        shutil.copy(example[name], folder)
    return folder


# --- help ----------------------------------------------------------------------------------


def test_help_waits_for_nothing_heavy() -> None:
    code = (
        "import sys\nfrom instroom.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print('loaded', [m for m in {HEAVY!r} if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines()[-1] == "loaded []"
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["read", "series", "explain", "pipeline", "kpi", "export"])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.strip() == f"instroom {__version__}"


def test_every_command_is_a_function_with_the_same_name() -> None:
    from instroom import api

    actions = next(a for a in build()._actions if a.dest == "command")
    commands = set(actions.choices or ())
    scales = {"dif", "graded", "invariance"}  # for researchers, in Python only
    assert commands - {"serve", "worker", "tasks", "migrate", "person"} == set(api.__all__) - scales
    assert all(callable(getattr(api, name)) for name in api.__all__)


# --- reading -------------------------------------------------------------------------------


def test_reading_twice_changes_nothing(
    run: Run, two_files: Path, tmp_path: Path, folder_mark: Mark
) -> None:
    data = tmp_path / "data"
    code, first = run("read", two_files, "--data", data)
    assert (code, [f["already"] for f in first["files"]]) == (0, [False, False])
    mark = folder_mark(data)
    code, second = run("read", two_files, "--data", data)
    assert (code, [f["already"] for f in second["files"]]) == (0, [True, True])
    assert folder_mark(data) == mark
    assert [f["sha256"] for f in first["files"]] == [f["sha256"] for f in second["files"]]


def test_reading_again_from_nothing_gives_the_same_bytes(
    two_files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, outputs = tmp_path / "data", []
    words = ["series", "technical_profile_share", "--place", "voorbeeld", "--by", "school_type"]
    for _ in range(2):
        assert main(["read", str(two_files), "--data", str(data), "--json"]) == 0
        capsys.readouterr()
        assert main([*words, "--data", str(data), "--json"]) == 0
        outputs.append(capsys.readouterr().out)
        shutil.rmtree(data)
    assert outputs[0] == outputs[1]
    assert json.loads(outputs[0])["series"]


def test_a_refused_file_is_named_and_changes_nothing(
    run: Run, two_files: Path, tmp_path: Path, folder_mark: Mark
) -> None:
    wrong = tmp_path / "wrong.csv"
    lines = next(two_files.glob("examen*")).read_bytes().split(b"\r\n")
    cells = lines[5].split(b";")
    cells[7] = b"twaalf"
    wrong.write_bytes(b"\r\n".join([*lines[:5], b";".join(cells), *lines[6:]]))
    data = tmp_path / "data"
    assert run("read", two_files, "--data", data)[0] == 0
    mark = folder_mark(data)
    code, found = run("read", wrong, "--data", data)
    (entry,) = found["files"]
    assert (code, entry["status"], entry["rows"]) == (11, "refused", None)
    assert entry["error"]["where"]["row"] == 6
    assert entry["error"]["found"]
    assert folder_mark(data) == mark


def test_the_others_are_stored_beside_a_refused_one(
    run: Run, two_files: Path, tmp_path: Path
) -> None:
    lines = next(two_files.glob("examen*")).read_bytes().split(b"\r\n")
    (two_files / "broken.csv").write_bytes(b"\r\n".join([lines[0], lines[1] + b";7", *lines[2:]]))
    code, found = run("read", two_files, "--data", tmp_path / "data")
    assert code == 11
    assert sorted(f["status"] for f in found["files"]) == ["read", "read", "refused"]


def test_what_nobody_knows_is_no_refusal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Beste lezer,\n", "utf-8")
    code, found = run("read", tmp_path / "letter.txt", "--data", tmp_path / "data")
    assert (code, found["files"][0]["status"]) == (0, "unknown")


# --- asking --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "status"), [(EXACT, "ok"), (BOUNDED, "bounded")], ids=["exact", "bounded"]
)
def test_explain_recomputes_from_the_stored_bytes(
    run: Run, example_data: Path, figure: str, status: str
) -> None:
    code, found = run("explain", figure, "--data", example_data)
    assert code == 0
    assert found["equal"] is True
    assert found["value"] == found["recomputed"] is not None
    assert (found["status"], found["id"]) == (status, figure)
    assert set(found["value"]) == {"low", "high"} if status == "bounded" else found["value"] > 0
    assert found["formula"]
    assert found["definition"]["title"]
    (source,) = found["inputs"]
    assert len(source["sha256"]) == 64
    assert source["rows"] == 184
    assert all(source[key] for key in ("file", "licence", "vintage"))


@pytest.mark.shared
@pytest.mark.parametrize(
    "figure",
    [
        "technical_profile_share.exam.cbs:twente:2018-2019",
        "technical_profile_share.exam.monitor:twente:2023-2024",
    ],
)
def test_explain_recomputes_real_figures(run: Run, real_data: Path, figure: str) -> None:
    code, found = run("explain", figure, "--data", real_data)
    assert (code, found["equal"]) == (0, True)


@pytest.mark.parametrize(
    "words",
    [
        ("series", "technical_profile_share", "--place", "voorbeeld", "--by", "gender"),
        ("series", "po_pupils", "--place", "GM9901", "--period", "2010-2011:"),
        ("series", "vo_pupils", "--place", "voorbeeld", "--no-transitions"),
        ("pipeline", "--place", "voorbeeld"),
        ("kpi", "--place", "voorbeeld"),
        ("explain", "po_pupils:voorbeeld:2010-2011"),
        ("check",),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_asking_stores_nothing(
    run: Run, example_data: Path, folder_mark: Mark, words: tuple[str, ...]
) -> None:
    mark = folder_mark(example_data)
    code, document = run(*words, "--data", example_data)
    assert (code, type(document)) == (0, dict)
    assert folder_mark(example_data) == mark


def test_asking_nothing_of_nowhere_makes_no_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INSTROOM_DATA", raising=False)
    code, found = run("series", "po_pupils")
    assert (code, found["series"][0]["status"]) == (0, "missing")
    assert list(tmp_path.iterdir()) == []


def test_the_data_directory_can_stand_in_the_environment(
    run: Run, example_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTROOM_DATA", str(example_data))
    code, found = run("series", "po_pupils", "--place", "voorbeeld", "--period", "2025-2026")
    assert (code, found["series"][0]["status"]) == (0, "ok")


@pytest.mark.parametrize("lang", ["nl", "en", "de"])
def test_lines_for_people_are_no_json(
    example_data: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ["series", "technical_profile_share", "--place", "voorbeeld"],
        ["pipeline", "--place", "voorbeeld"],
        ["kpi", "--place", "voorbeeld"],
    ):
        assert main([*words, "--data", str(example_data), "--lang", lang]) == 0
        out = capsys.readouterr().out
        assert out.strip()
        assert "None" not in out
        assert not out.startswith("{")


def test_the_same_bytes_whatever_the_hash_seed_and_threads(example_data: Path) -> None:
    words = [
        "series",
        "technical_profile_share",
        "--place",
        "voorbeeld",
        "--by",
        "gender",
        "--json",
    ]
    outputs = set()
    for seed, threads in (("0", "1"), ("42", "4")):
        environment = {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads, "PATH": "/usr/bin"}
        environment |= {k: v for k, v in os.environ.items() if k.startswith("INSTROOM_DEF")}
        done = subprocess.run(
            [sys.executable, "-m", "instroom.cli", *words, "--data", str(example_data)],
            capture_output=True,
            check=True,
            timeout=300,
            env=environment,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1


# --- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("series", "po_pupil"), 10, "did you mean 'po_pupils'?"),
        ((*SHARE, "--classification", "moniter"), 10, "did you mean 'monitor'?"),
        ((*SHARE, "--stage", "exams"), 10, "did you mean 'exam'?"),
        ((*SHARE, "--by", "genders"), 10, "did you mean 'gender'?"),
        (("explain", "po_pupil:twente:2018-2019"), 10, "did you mean 'po_pupils'?"),
        ((*SHARE, "--place", "atlantis"), 12, "code"),
        ((*SHARE, "--place", "Atlantis aan Zee"), 12, "code"),
        ((*SHARE, "--period", "tomorrow"), 12, None),
        (("pipeline", "--place", "atlantis"), 12, "code"),
        (("kpi", "--place", "atlantis"), 12, "code"),
        (("explain", "po_pupils:twente:1900-1901:kind=bo"), 12, "instroom read"),
        (("explain", "nonsense"), 12, "instroom series"),
        (("series",), 2, "--help"),
        (("series", "po_pupils", "--nonsense"), 2, "--help"),
        (("serie", "po_pupils"), 2, "--help"),
        (("read",), 2, "--help"),
        (("read", "no-such-file.csv"), 2, "path"),
        (("export", "everything", "--out", "x.csv"), 2, "--help"),
        (("pipeline", "--lang", "fr"), 2, "--help"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_refusal_says_what_and_has_its_code(
    run: Run, tmp_path: Path, words: tuple[str, ...], code: int, hint: str | None
) -> None:
    (tmp_path / "data").mkdir()
    found_code, found = run(*words, "--data", tmp_path / "data")
    assert found_code == code
    error = found["error"]
    assert set(error) == {"code", "message", "where", "found", "expected", "hint"}
    assert set(error["where"]) == {"file", "row", "column", "key"}
    assert error["message"]
    if hint:
        assert hint in (error["hint"] or "")
    assert list((tmp_path / "data").iterdir()) == []


def test_a_refusal_for_people_goes_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["series", "po_pupil", "--data", str(tmp_path)]) == 10
    out, err = capsys.readouterr()
    assert out == ""
    assert "bedoelt u 'po_pupils'?" in err
    assert "Traceback" not in err


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "OPDRACHT" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "locale", "said"),
    [
        (["--lang", "de"], "", "Aufruf:"),
        (["--lang=en"], "nl_NL.UTF-8", "usage:"),
        ([], "de_DE.UTF-8", "Aufruf:"),
        ([], "C.UTF-8", "gebruik:"),
    ],
)
def test_help_is_in_the_language_asked_for_or_that_of_the_locale(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    locale: str,
    said: str,
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.delenv("LANG", raising=False)
    with pytest.raises(SystemExit):
        main(["series", "--help", *words])
    assert said in capsys.readouterr().out


# --- the seven goals -------------------------------------------------------------------------


def test_the_goals_have_their_public_shape(run: Run, example_data: Path) -> None:
    for place in ("nl", "PV23", "GM9901", "voorbeeld"):
        code, found = run("kpi", "--place", place, "--data", example_data)
        assert (code, found["place"]) == (0, place)
    assert code == 0
    assert [k["number"] for k in found["kpis"]] == list(range(1, 8))
    keys = {"id", "number", "title", "indicators", "value", "low", "high", "status", "sentence"}
    for kpi in found["kpis"]:
        assert set(kpi) == keys | {"reason"}
        assert kpi["sentence"].endswith(".")
        assert "None" not in kpi["sentence"]
        if kpi["status"] not in ("ok", "bounded"):
            assert (kpi["value"], kpi["low"], kpi["high"]) == (None, None, None)
            assert kpi["reason"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_observations_leave_as_the_same_bytes(
    run: Run, example_data: Path, tmp_path: Path, kind: str
) -> None:
    words = ("export", "observations", "--format", kind, "--data", example_data)
    marks = set()
    for name in ("a", "b"):
        code, found = run(*words, "--out", tmp_path / name)
        assert (code, found["format"]) == (0, kind)
        assert found["rows"] > 5000
        marks.add((tmp_path / name).read_bytes())
    assert len(marks) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_an_example_can_be_written_and_read(run: Run, tmp_path: Path) -> None:
    code, found = run("example", "--out", tmp_path / "ex", "--seed", 3)
    assert (code, len(found["files"])) == (0, 25)
    assert all(Path(name).is_file() for name in found["files"])
