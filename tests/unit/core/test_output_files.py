"""A file that a user asks for: whole or not at all, under its own name, or refused in words."""

import errno
import os
import time
from pathlib import Path

import pytest

from instroom.core.errors import DataError, InstroomError, MachineError, UserError
from instroom.core.output_files import format_of, output_file, output_folder, written
from instroom.core.trouble import trouble, words_of_system


def put(file: Path, data: bytes = b"new") -> None:
    with written(file) as place:
        place.write_bytes(data)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_goes_wrong_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), written(file) as place:
        place.write_bytes(b"half")
        raise ZeroDivisionError
    assert (file.read_bytes(), names(tmp_path)) == (b"old", ["a.pdf"])
    put(file)
    assert (file.read_bytes(), names(tmp_path)) == (b"new", ["a.pdf"])


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.ENOTTY])
def test_trouble_while_writing_names_the_file_of_the_user(tmp_path: Path, number: int) -> None:
    file = tmp_path / "a.pdf"
    with pytest.raises(MachineError) as caught, written(file) as place:
        raise OSError(number, os.strerror(number), str(place))
    assert caught.value.where.file == str(file)
    assert ".part" not in str(caught.value)
    assert names(tmp_path) == []


def test_trouble_with_a_file_that_is_read_names_that_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), written(tmp_path / "a.csv"):
        (tmp_path / "observations.parquet").read_bytes()


def test_a_name_as_long_as_the_disk_allows(tmp_path: Path) -> None:
    put(tmp_path / f"{'a' * 251}.csv")
    assert [len(name) for name in names(tmp_path)] == [255]
    with pytest.raises(MachineError) as caught:
        put(tmp_path / f"{'a' * 252}.csv")
    assert caught.value.code == "long_name"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_bytes(b"old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    put(tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == b"new"


def test_no_file_that_is_read_is_written_over(tmp_path: Path) -> None:
    scores, other = tmp_path / "scores.csv", tmp_path / "link.csv"
    scores.write_bytes(b"mine")
    other.symlink_to(scores)
    for name in (scores, other):
        with pytest.raises(UserError) as caught:
            output_file(name, inputs=["not-there.csv", scores])
        assert caught.value.code == "output_is_input"
    assert output_file(tmp_path / "sums.json", inputs=[scores]).name == "sums.json"


def test_one_file_may_be_written_while_another_of_its_folder_is(tmp_path: Path) -> None:
    with written(tmp_path / "a.csv") as outer:
        outer.write_bytes(b"outer")
        put(tmp_path / "b.csv", b"inner")
    assert [(tmp_path / name).read_bytes() for name in ("a.csv", "b.csv")] == [b"outer", b"inner"]
    assert names(tmp_path) == ["a.csv", "b.csv"]


def test_no_link_that_waits_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when somebody guessed the name."""
    monkeypatch.setattr("secrets.token_hex", lambda _: "guessed")
    (tmp_path / "mine").write_bytes(b"mine")
    (tmp_path / ".instroom-guessed.part").symlink_to("mine")
    with pytest.raises((MachineError, FileExistsError)):
        put(tmp_path / "a.csv")
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_who_may_read_a_file_stays_as_it_was(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"old")
    file.chmod(mode)
    with written(file) as place:
        assert place.stat().st_mode & 0o777 == mode, "before a byte is in it"
        place.write_bytes(b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", mode)


def test_a_new_file_is_for_whom_any_new_file_is(tmp_path: Path) -> None:
    put(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_bytes(b"")
    assert (tmp_path / "a.csv").stat().st_mode == (tmp_path / "b.csv").stat().st_mode


def test_what_killed_runs_left_is_removed_after_a_day(tmp_path: Path) -> None:
    day, now = 24 * 60 * 60, time.time()
    ages = {".instroom-old.part": day + 60, ".instroom-new.part": day - 60, "x.part": 9 * day}
    for name, age in ages.items():
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (now - age, now - age))
    (tmp_path / ".instroom-folder.part").mkdir()
    os.utime(tmp_path / ".instroom-folder.part", (0, 0))
    put(tmp_path / "a.csv")
    assert names(tmp_path) == [".instroom-folder.part", ".instroom-new.part", "a.csv", "x.part"]


def test_nothing_is_written_among_what_was_read(tmp_path: Path) -> None:
    data, link = tmp_path / "data", tmp_path / "link"
    (data / "files").mkdir(parents=True)
    link.symlink_to(data)
    for place in (data / "a.csv", data / "files/a.csv", link / "a.csv", data / "../data/a.csv"):
        for protected in (data, link):
            with pytest.raises(UserError) as caught:
                output_file(place, protected=protected)
            assert caught.value.code == "output_in_data"
    assert output_file(tmp_path / "data.csv", protected=data).name == "data.csv"


@pytest.mark.parametrize("locked", ["folder", "file"])
def test_what_may_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"old")
    mine = tmp_path if locked == "folder" else file
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != mine)
    with pytest.raises(MachineError) as caught:
        put(file)
    assert (caught.value.code, caught.value.where.file) == ("no_permission", str(file))
    assert file.read_bytes() == b"old"


def test_a_device_is_no_file() -> None:
    with pytest.raises(DataError) as caught:
        output_file(os.devnull)
    assert caught.value.code == "no_ordinary_file"


def test_a_folder_of_files(tmp_path: Path) -> None:
    assert output_folder(tmp_path / "a/b").is_dir()
    (tmp_path / "file").write_bytes(b"")
    for name, code in (("", "no_output_name"), (tmp_path / "file", "no_folder")):
        with pytest.raises(InstroomError) as caught:
            output_folder(name)
        assert caught.value.code == code


def test_a_format_that_is_not_there() -> None:
    with pytest.raises(UserError) as caught:
        format_of("a", "odt", ("pdf", "docx"))
    assert (caught.value.code, caught.value.expected) == ("unknown_format", "pdf, docx")


@pytest.mark.parametrize(
    ("name", "asked", "found"),
    [
        ("a.pdf", None, "pdf"),
        ("a.docx", None, "docx"),
        ("a.tmp", None, "other_suffix"),
        ("a.pdf.gz", None, "other_suffix"),
        ("a.", None, "pdf"),
        ("a.tmp", "docx", "docx"),
        ("docx", None, "pdf"),
        ("a.docx", "pdf", "other_suffix"),
        ("a.PDF", "docx", "other_suffix"),
    ],
)
def test_the_name_says_the_format(name: str, asked: str | None, found: str) -> None:
    try:
        assert format_of(name, asked, ("pdf", "docx")) == found
    except UserError as error:
        assert error.code == found


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_word_of_the_system_is_shown(number: int) -> None:
    """They are English in every language."""
    error = OSError(number, os.strerror(number), "a.pdf")
    said = trouble(error)
    assert said is not None
    for text in (words_of_system(error), str(said)):
        assert os.strerror(number).lower() not in text.lower()
