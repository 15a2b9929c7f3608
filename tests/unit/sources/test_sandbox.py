"""What a file may ask of the machine: a parser that eats, hangs or dies takes only itself."""

import resource
import shutil
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from instroom.core.errors import SourceError
from instroom.sources import sandbox
from instroom.sources.read import read
from instroom.sources.sandbox import Task, Worker, run_all

HOSTILE = """
import ctypes, os, time
from instroom.core.errors import SourceError, Where

def eat(): return {"n": len(bytearray(2 << 30))}
def eat_slowly():
    kept = []
    while True:
        kept.append(bytearray(1 << 24))
def sleep(): time.sleep(60)
def spin():
    while True:
        pass
def die(): os._exit(3)
def crash(): ctypes.string_at(0)
def talk(): print("noise\\n" * 100); os.write(1, b"more noise\\n"); return {"n": 1}
def fail(): raise KeyError("x")
def refuse(): raise SourceError("no", code="mine", where=Where(row=3, column="A"), hint="h")
def good(n): return {"n": n}
"""


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "hostile_parsers.py").write_text(HOSTILE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "hostile_parsers"


@pytest.mark.parametrize(
    ("function", "code"),
    [
        ("eat", "too_much_memory"),
        ("eat_slowly", "too_much_memory"),
        ("sleep", "too_slow"),
        ("spin", "too_slow"),
        ("die", "parser_died"),
        ("crash", "parser_died"),
        ("fail", "unreadable"),
        ("refuse", "mine"),
    ],
)
def test_worker_goes_on_after(hostile: str, function: str, code: str) -> None:
    worker = Worker()
    seconds = 1.5 if code == "too_slow" else sandbox.SECONDS
    with pytest.raises(SourceError) as caught:
        worker.run(Task(f"{hostile}:{function}", {}, seconds))
    assert caught.value.code == code
    assert caught.value.hint
    assert worker.run(Task(f"{hostile}:good", {"n": 7})) == {"n": 7}
    worker.close()


def test_what_a_parser_prints_is_no_answer(hostile: str) -> None:
    worker = Worker()
    assert worker.run(Task(f"{hostile}:talk", {})) == {"n": 1}
    assert worker.run(Task(f"{hostile}:good", {"n": 2})) == {"n": 2}
    worker.close()


def test_a_refusal_keeps_its_place(hostile: str) -> None:
    worker = Worker()
    with pytest.raises(SourceError) as caught:
        worker.run(Task(f"{hostile}:refuse", {}))
    worker.close()
    error = caught.value
    assert (error.message, error.where.row, error.where.column) == ("no", 3, "A")


def test_hostile_tasks_side_by_side_with_the_real_limits(hostile: str) -> None:
    names = ["eat", "sleep", "die", "good"]
    tasks = [Task(f"{hostile}:{n}", {"n": 1} if n == "good" else {}) for n in names]
    found = {}
    for position, result in run_all(tasks):
        found[names[position]] = getattr(result, "code", result)
    assert found == {
        "eat": "too_much_memory",
        "sleep": "too_slow",
        "die": "parser_died",
        "good": {"n": 1},
    }


# --- files -------------------------------------------------------------------------------

MEBIBYTE = 1 << 20


def workbook(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["A", "B"])
    sheet.write_row(1, 0, ["x", "y"])
    book.close()
    return path


def plain_bomb(path: Path) -> None:
    compressed = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w", compressed) as bomb, bomb.open("xl/a.xml", "w") as part:
        for _ in range(300):
            part.write(bytes(MEBIBYTE))


def lying_bomb(path: Path) -> None:
    """A real workbook whose sheet unpacks to 300 MiB, while its directory says 1,000 bytes."""
    sheet = "xl/worksheets/sheet1.xml"
    base = workbook(path.with_suffix(".base"))
    with zipfile.ZipFile(base) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in source.namelist():
            data = source.read(name)
            if name != sheet:
                bomb.writestr(name, data)
                continue
            at = data.rindex(b"</worksheet>")
            with bomb.open(name, "w") as part:
                part.write(data[:at])
                for _ in range(300):
                    part.write(b" " * MEBIBYTE)
                part.write(data[at:])
        size = bomb.getinfo(sheet).file_size
    base.unlink()
    raw = path.read_bytes()
    assert struct.pack("<L", size) in raw
    path.write_bytes(raw.replace(struct.pack("<L", size), struct.pack("<L", 1000)))


def separators(path: Path) -> None:
    path.write_bytes(b";" * 100_000_000)


def rows_of_separators(path: Path) -> None:
    path.write_bytes((b";" * 999 + b"\n") * 100_000)


def one_huge_quote(path: Path) -> None:
    path.write_bytes(b'BRIN NUMMER;VESTIGINGSNUMMER\r\n"' + b"a" * 100_000_000)


def _spent() -> float:
    """Return the processor seconds of children that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize(
    ("make", "name", "codes"),
    [
        (plain_bomb, "bomb.xlsx", {"too_large"}),
        (lying_bomb, "bomb.xlsx", {"not_a_workbook", "too_large", "too_much_memory"}),
        (separators, "a.csv", {"not_a_table"}),
        (rows_of_separators, "a.csv", set()),
        (one_huge_quote, "a.csv", {"not_a_table"}),
    ],
)
def test_hostile_file_is_refused_in_time(make, name: str, codes: set[str], tmp_path: Path) -> None:
    make(tmp_path / name)
    before = _spent()
    found = read(tmp_path / name, data=tmp_path / "data")
    assert _spent() - before < 10, "processor seconds: those of the clock depend on who else works"
    (tmp_path / name).unlink()
    entry = found["files"][0]
    assert entry["status"] == ("refused" if codes else "unknown")
    assert not codes or entry["error"]["code"] in codes
    assert not (tmp_path / "data").exists()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    # A child counts the memory of its parent until it has started; this process may be large.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    limit = sandbox.MEMORY_BYTES + 150 * MEBIBYTE
    assert peak < max(limit, own + MEBIBYTE), "libraries mapped from disk come on top"
    shutil.rmtree(tmp_path)
