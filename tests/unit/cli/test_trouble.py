"""Whatever happens to the machine: an exit code, a sentence, a JSON error, and no traceback."""

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from instroom import api
from instroom.cli.main import build, main
from instroom.core.trouble import trouble

SOURCE = Path(api.__file__).parents[1]
COMMANDS: dict[str, list[str]] = {
    "read": ["read", "."],
    "fetch": ["fetch"],
    "series": ["series", "vo_pupils"],
    "pipeline": ["pipeline"],
    "kpi": ["kpi"],
    "releases": ["releases"],
    "explain": ["explain", "vo_pupils:twente:2019-2020"],
    "export": ["export", "observations", "--out", "x"],
    "paper": ["paper", "goals", "--out", "x"],
    "compute": ["compute"],
    "example": ["example"],
    "check": ["check"],
    "effect": ["effect", "x.csv", "--outcome", "y"],
    "compress": ["compress", "x.csv", "--outcome", "y", "--out", "s"],
    "reliability": ["reliability", "x.csv", "--items", "a,b"],
    "power": ["power", "--schools", "9", "--pupils", "9", "--icc", ".1"],
    "meta": ["meta", "x.csv", "--effect", "y", "--variance", "v"],
    "protect": ["protect", "x.json"],
}


def wrapped(cause: Exception) -> Exception:
    """Return an exception as a web framework gives it: another one, from the real one."""
    outer = RuntimeError("database error")
    outer.__cause__ = cause
    return outer


TROUBLES: dict[str, tuple[BaseException, int, str]] = {
    "full disk": (OSError(errno.ENOSPC, "No space left on device", "a"), 12, "disk_full"),
    "quota": (OSError(errno.EDQUOT, "Disk quota exceeded"), 12, "disk_full"),
    "file limit": (OSError(errno.EFBIG, "File too large"), 12, "disk_full"),
    "read-only": (OSError(errno.EROFS, "Read-only file system", "/d"), 12, "no_permission"),
    "no rights": (PermissionError(errno.EACCES, "Permission denied", "/d"), 12, "no_permission"),
    "a file as folder": (NotADirectoryError(errno.ENOTDIR, "Not a directory"), 12, "no_folder"),
    "a folder as file": (IsADirectoryError(errno.EISDIR, "Is a directory"), 12, "is_folder"),
    "gone": (FileNotFoundError(errno.ENOENT, "No such file", b"\xff\x1b[31m"), 12, "no_such_file"),
    "no temporary folder": (
        FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"),
        12,
        "no_temporary_folder",
    ),
    "open files": (OSError(errno.EMFILE, "Too many open files"), 12, "too_many_open"),
    "disk error": (OSError(errno.EIO, "Input/output error"), 12, "disk_error"),
    "long name": (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 999), 12, "long_name"),
    "other": (OSError(errno.ENOTTY, "Inappropriate ioctl"), 12, "system"),
    "deep": (RecursionError("maximum recursion depth exceeded"), 12, "too_deep"),
    "memory": (MemoryError(), 12, "too_much_memory"),
    "locked": (sqlite3.OperationalError("database is locked"), 12, "database_locked"),
    "locked, wrapped": (
        wrapped(sqlite3.OperationalError("database is locked")),
        12,
        "database_locked",
    ),
    "database full": (sqlite3.OperationalError("database or disk is full"), 12, "disk_full"),
    "garbage": (sqlite3.DatabaseError("file is not a database"), 12, "database_broken"),
    "a bug": (ZeroDivisionError("division by zero\x1b[2J"), 1, "internal"),
}


@pytest.mark.parametrize("kind", TROUBLES)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_trouble_of_every_command_is_a_sentence(
    name: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.json").write_text("[]", "utf-8")
    error, expected, code = TROUBLES[kind]

    def ill(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(api, name, ill, raising=False)
    assert main([*COMMANDS[name], "--json"]) == expected
    said = capsys.readouterr()
    found = json.loads(said.out)["error"]
    assert (found["code"], said.err) == (code, "")
    assert found["message"] and found["hint"]
    assert len(" ".join(str(found[k]) for k in ("message", "found", "expected", "hint"))) <= 400
    assert main([*COMMANDS[name], "--lang", "en"]) == expected
    said = capsys.readouterr()
    assert said.out == "" and "Traceback" not in said.err
    assert "\x1b" not in said.err and found["message"] in said.err
    assert main(COMMANDS[name]) == expected
    assert found["message"] not in capsys.readouterr().err, "in the reader's language"


def test_every_command_is_here() -> None:
    actions = next(a for a in build()._actions if a.dest == "command")
    assert set(COMMANDS) == set(actions.choices) - {
        "serve",
        "demo",
        "worker",
        "tasks",
        "migrate",
        "person",
    }


def test_only_ordinary_trouble_is_recognised() -> None:
    assert trouble(ValueError("x")) is None


# --- the real thing ------------------------------------------------------------------------


def run(*words: object, cwd: Path, **more: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), **more.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "instroom.cli.main", *map(os.fsencode, words)],
        capture_output=True,
        env=environment,
        cwd=cwd,
        check=False,
        timeout=120,
        **more,
    )


def refused(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return dict(json.loads(done.stdout)["error"])


def data_commands() -> dict[str, list[str]]:
    names = ("series", "pipeline", "kpi", "explain", "export", "compute", "check")
    return {name: COMMANDS[name] for name in names}


@pytest.mark.parametrize("name", [*data_commands(), "read", "fetch"])
def test_a_file_as_data_directory(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    taken = tmp_path / "taken"
    taken.write_bytes(b"mine")
    for data in (taken, taken / "below"):
        code = main([*COMMANDS[name], "--data", str(data), "--json"])
        found = json.loads(capsys.readouterr().out)
        assert (code, found["error"]["code"]) == (2, "no_folder")
    assert taken.read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["compute", "export"])
def test_an_empty_data_directory_is_said(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    for data in ("empty", "not-there"):
        assert main([*COMMANDS[name], "--data", data, "--json"]) == 12
        found = json.loads(capsys.readouterr().out)["error"]
        assert "instroom read" in found["hint"]
        assert main(["check", "--data", data, "--json"]) == 0
        checks = {c["id"]: c for c in json.loads(capsys.readouterr().out)["checks"]}
        assert checks["observations"]["message"] == "nothing was read yet"
        assert "instroom read" in checks["observations"]["repair"]
    assert [p.name for p in tmp_path.rglob("*")] == ["empty"], "nothing was made"


def test_a_full_disk_stores_nothing_and_blames_no_file(
    example: dict[str, Path], tmp_path: Path, folder_mark: Callable[[Path], str]
) -> None:
    """No file may grow above 4 KiB: the receipt fits, the copy of the original does not."""
    import resource

    data, temporary = tmp_path / "data", tmp_path / "tmp"
    temporary.mkdir()
    run("read", example["mbo"], "--data", data, cwd=tmp_path)
    before = folder_mark(data)
    done = run(
        "read",
        example["pupils_2019"],
        example["addresses_vo"],
        "--data",
        data,
        "--json",
        cwd=tmp_path,
        env={"TMPDIR": str(temporary)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    found = refused(done)
    assert (done.returncode, found["code"]) == (12, "disk_full")
    assert "0 of 2 files are stored" in found["found"]
    assert folder_mark(data) == before
    assert list(temporary.iterdir()) == []


def test_standard_output_on_a_full_disk(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no full device")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "instroom.cli.main", "kpi", "--data", str(tmp_path)],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            check=False,
        )
    assert done.returncode == 12
    assert b"de schijf is vol" in done.stderr and b"Traceback" not in done.stderr


def test_names_that_are_no_text(example: dict[str, Path], tmp_path: Path) -> None:
    """A name of bytes that are no UTF-8, and one that steers a terminal, among good ones."""
    folder = tmp_path / "in"
    folder.mkdir()
    names = [b"goed.csv", b"naam-\xff.csv", b"rood-\x1b[31m.csv", b"om-\xe2\x80\xae.csv"]
    sources = [example[n] for n in ("mbo", "addresses_vo", "pupils_2019", "pupils_2016")]
    for name, source in zip(names, sources, strict=True):
        shutil.copy(os.fsencode(source), os.fsencode(folder) + b"/" + name)
    (folder / "slecht.csv").write_bytes(b"")
    done = run("read", folder, "--data", tmp_path / "data", "--json", cwd=tmp_path)
    found = json.loads(done.stdout)["files"]
    assert sorted(f["status"] for f in found) == ["read"] * 4 + ["refused"]
    assert any(f["file"].endswith("naam-\udcff.csv") for f in found)
    again = run("read", folder, "--data", tmp_path / "data", cwd=tmp_path)
    assert b"\x1b" not in again.stdout and "\u202e".encode() not in again.stdout
    assert b"Traceback" not in again.stderr
    assert run("check", "--data", tmp_path / "data", cwd=tmp_path).returncode == 0


def test_a_file_that_may_not_be_opened_stops_only_itself(
    example: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from instroom.sources import read

    real = read.sha256_of

    def closed(path: Path) -> str:
        if path.name == "dicht.csv":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(read, "sha256_of", closed)
    shut = tmp_path / "dicht.csv"
    shut.write_text("x", "utf-8")
    assert main(["read", str(shut), str(example["mbo"]), "--data", f"{tmp_path}/d", "--json"]) == 11
    first, second = json.loads(capsys.readouterr().out)["files"]
    assert (first["status"], first["error"]["code"]) == ("refused", "no_permission")
    assert second["status"] == "read"


def test_json_that_is_nested_too_deep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 100_000 + "]" * 100_000, "utf-8")
    assert main(["protect", str(deep), "--json"]) == 12
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "too_deep"


@pytest.mark.parametrize("harm", ["garbage", "cut", "folder"])
def test_a_broken_database(
    harm: str, example: dict[str, Path], tmp_path: Path, folder_mark: Callable[[Path], str]
) -> None:
    data = tmp_path / "data"
    run("read", example["mbo"], "--data", data, cwd=tmp_path)
    database = data / "instroom.sqlite3"
    if harm == "garbage":
        database.write_bytes(b"not a database at all" * 500)
    elif harm == "cut":
        connection = sqlite3.connect(database)
        connection.execute("create table a as select randomblob(90000) as b")
        connection.commit()
        connection.close()
        database.write_bytes(database.read_bytes()[:5000])
    else:
        database.mkdir()
    stored = folder_mark(data / "files")
    for words in (["serve", "--port", "1"], ["demo", "--no-serve"]):
        done = run(*words, "--data", data, cwd=tmp_path)
        assert done.returncode in (2, 12), done.stderr.decode()
        assert b"Traceback" not in done.stderr and done.stderr.strip()
    done = run("check", "--data", data, "--json", cwd=tmp_path)
    checks = {c["id"]: c for c in json.loads(done.stdout)["checks"]}
    if harm != "folder":
        assert (done.returncode, checks["database"]["ok"]) == (12, False)
        assert "instroom compute" in checks["database"]["repair"]
    assert folder_mark(data / "files") == stored
