"""Each file is its own transaction: all of it or nothing, and never twice."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from instroom.core.errors import SourceError, UserError
from instroom.sources import leftovers
from instroom.sources.read import read
from instroom.sources.store import Store, sha256_of


@pytest.fixture
def files(example: dict[str, Path], tmp_path: Path) -> Path:
    """Give a folder with two good files, the same one twice, and a damaged one."""
    folder = tmp_path / "in"
    (folder / "deeper").mkdir(parents=True)
    shutil.copy(example["addresses_vo"], folder / "a.csv")
    shutil.copy(example["mbo"], folder / "b.csv")
    lines = example["primary"].read_bytes().split(b"\r\n")
    (folder / "c.csv").write_bytes(b"\r\n".join([*lines[:9], lines[9] + b";", *lines[10:]]))
    shutil.copy(example["mbo"], folder / "deeper" / "d.csv")
    (folder / "e.csv").write_text("name;age\nx;1\n")
    return folder


def test_one_refused_file_does_not_stop_the_others(
    files: Path, tmp_path: Path, folder_mark
) -> None:
    data = tmp_path / "data"
    entries = {Path(e["file"]).name: e for e in read(files, data=data)["files"]}
    assert {name: e["status"] for name, e in entries.items()} == {
        "a.csv": "read",
        "b.csv": "read",
        "c.csv": "refused",
        "d.csv": "read",
        "e.csv": "unknown",
    }
    assert (entries["b.csv"]["already"], entries["d.csv"]["already"]) == (False, True)
    assert entries["b.csv"]["sha256"] == entries["d.csv"]["sha256"]
    stored = {s.sha256 for s in Store(data)}
    assert stored == {entries["a.csv"]["sha256"], entries["b.csv"]["sha256"]}
    assert entries["c.csv"]["error"]["where"]["row"] == 10

    before = folder_mark(data)
    again = {Path(e["file"]).name: e for e in read(files, data=data)["files"]}
    assert folder_mark(data) == before
    assert all(again[name]["already"] for name in ("a.csv", "b.csv", "d.csv"))
    for name in entries:
        same = {"status", "source", "periods", "rows", "observations", "sha256", "warnings"}
        assert {k: again[name][k] for k in same} == {k: entries[name][k] for k in same}


def test_nothing_is_made_when_nothing_is_stored(files: Path, tmp_path: Path) -> None:
    read(files / "c.csv", files / "e.csv", data=tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_path_that_is_not_there_stops_before_anything(files: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read(files / "a.csv", files / "none.csv", data=tmp_path / "data")
    assert caught.value.code == "no_such_file"
    assert not (tmp_path / "data").exists()


def test_a_period_that_is_none_stops_before_anything(files: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not a period"):
        read(files / "a.csv", data=tmp_path / "data", period="2018-2020")


KILLED = """
import os, shutil, sys
from instroom.sources import store
from instroom.sources.read import read

def die(*_): os._exit(9)

setattr(*{target}, die)
read(sys.argv[1], data=sys.argv[2])
"""


@pytest.mark.parametrize(
    "target",
    [
        "(store.leftovers, 'put_in_place')",
        "(store.shutil, 'copyfile')",
        "(store.leftovers, 'flush')",
    ],
)
def test_killed_in_the_middle_leaves_only_what_is_ignored(
    example: dict[str, Path], tmp_path: Path, target: str
) -> None:
    data = tmp_path / "data"
    program = KILLED.replace("{target}", target)
    path = str(example["addresses_vo"])
    done = subprocess.run([sys.executable, "-c", program, path, str(data)], check=False)
    if done.returncode != 9:
        pytest.fail(f"the test did not kill the process: {done.returncode}")
    left = [path.name for path in (data / "files").iterdir()]
    assert left and all(name.startswith(".incoming-") for name in left)
    assert list(Store(data)) == []
    assert Store(data).digest() == Store(tmp_path / "empty").digest()
    found = read(path, data=data)
    assert found["cleaned"] == left
    entry = found["files"][0]
    assert (entry["status"], entry["already"]) == ("read", False)
    assert [p.name for p in (data / "files").iterdir()] == [entry["sha256"]]


def kept(store: Store, text: str, definition: str = "1", **more: object) -> str:
    """Keep a file of a few bytes; return its sha256."""
    folder = store.root.parent
    parsed = folder / "parsed"
    parsed.mkdir(exist_ok=True)
    original = folder / "o.csv"
    original.write_text(text)
    receipt = {"source": "s", "definition": definition, "periods": [], "warnings": [], "name": "o"}
    sha = sha256_of(original)
    store.keep(original, parsed, sha, receipt | more)
    return sha


def test_a_file_killed_between_two_versions_is_put_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    sha = kept(store, "x")
    (store.files / sha).rename(store.files / f".old-{sha}")
    assert [s.sha256 for s in Store(tmp_path / "data")] == [sha]
    assert [p.name for p in store.files.iterdir()] == [sha]


@pytest.mark.parametrize("system", ["exchanges two names", "cannot"])
def test_a_stored_file_is_replaced_in_one_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    if system == "cannot":
        monkeypatch.setattr(leftovers, "exchanged", lambda *_: False)
    store = Store(tmp_path / "data")
    sha = kept(store, "x", "1")
    assert kept(store, "x", "2") == sha
    assert [s.receipt["definition"] for s in store] == ["2"]
    assert [p.name for p in store.files.iterdir()] == [sha]


def test_what_a_living_process_makes_is_no_leftover(tmp_path: Path) -> None:
    with leftovers.held(tmp_path, ".incoming-") as folder:
        assert leftovers.sweep(tmp_path) == []
        assert folder.is_dir()
    (tmp_path / ".incoming-of-a-killed-run").mkdir()
    assert leftovers.sweep(tmp_path) == [".incoming-of-a-killed-run"]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_changes_while_it_is_read_is_refused(
    example: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    shutil.copy(example["addresses_vo"], path)
    monkeypatch.setattr("instroom.sources.read.sha256_of", lambda _: "0" * 64)
    entry = read(path, example["mbo"], data=tmp_path / "data")["files"][0]
    assert (entry["status"], entry["error"]["code"]) == ("refused", "changed_while_read")
    assert not (tmp_path / "data").exists()
    with pytest.raises(SourceError, match="changed while it was read"):
        Store(tmp_path / "d").keep(path, tmp_path, "0" * 64, {})
    assert list((tmp_path / "d" / "files").iterdir()) == []


def test_newest_vintage_comes_first(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    for text, periods in (("a", ["2018-2019"]), ("b", ["2014-2015", "2018-2019"]), ("c", [])):
        kept(store, text, periods=periods, name=text)
    assert [s.receipt["name"] for s in store.of_source("s")] == ["b", "a", "c"]
    assert store.get("dd") is None
