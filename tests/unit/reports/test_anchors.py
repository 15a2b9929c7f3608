"""``instroom check --audit``: what it says, which anchors it takes, and when it writes one."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest

from instroom import api
from instroom.cli.main import main
from instroom.core.audit import ChainFinding, ChainVerdict, Fault
from instroom.core.chain import ChainMark
from instroom.core.errors import MachineError, UserError
from instroom.core.texts import Texts
from instroom.reports import audit
from instroom.reports.anchors import append_mark, read_anchor

MOMENT = datetime(2026, 11, 29, 12, 30, 0, 5, tzinfo=UTC)
MARK, LATER = ChainMark(3, "a" * 64, MOMENT), ChainMark(9, "b" * 64, MOMENT)
LINE = json.dumps({"number": 3, "link": "a" * 64, "at": "2026-11-29T12:30:00.000005+00:00"})


@pytest.fixture
def history(monkeypatch):
    """Let the web answer with a verdict of the test's own; ``asked`` has the marks it was given."""
    made = SimpleNamespace(verdict=ChainVerdict(9, 0, LATER, ()), asked=[], raises=None)

    def verdict(_, marks):
        made.asked = list(marks)
        if made.raises:
            raise made.raises
        return made.verdict

    hook = SimpleNamespace(load=lambda: verdict)
    monkeypatch.setattr(audit, "entry_points", lambda group: [hook] if group else [])
    return made


def checked(tmp_path: Path, **options):
    found = api.check(data=tmp_path / "data", **options)
    return found["checks"][-1], found


def test_an_anchor_is_read_as_it_was_written(tmp_path):
    file = tmp_path / "anchor.jsonl"
    assert append_mark(file, MARK, data=tmp_path / "data")
    assert append_mark(file, LATER, data=tmp_path / "data")
    assert not append_mark(file, LATER, data=tmp_path / "data"), "no line twice"
    assert read_anchor(file) == [MARK, LATER]
    assert list(tmp_path.iterdir()) == [file], "nothing half is left"


def test_a_line_goes_behind_one_that_lost_its_end(tmp_path):
    file = tmp_path / "anchor.jsonl"
    file.write_text(f"{LINE}\n\n{LINE}", "utf-8")
    append_mark(file, LATER, data=None)
    assert read_anchor(file) == [MARK, MARK, LATER]


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[]",
        "3",
        LINE[:-1],
        LINE.replace('"number": 3', '"number": 0'),
        LINE.replace('"number": 3', '"number": true'),
        LINE.replace('"number": 3', '"number": "3"'),
        LINE.replace("aa", "aA"),
        LINE.replace("aa", ""),
        LINE.replace("2026", "wo"),
        LINE.replace("+00:00", ""),
        LINE.replace("}", ', "by": 1}'),
        "[" * 5000,
        "\x00\x1b[31m" * 40,
    ],
)
def test_what_is_no_line_of_an_anchor_is_refused_with_its_place(line, tmp_path):
    file = tmp_path / "anchor.jsonl"
    file.write_text(f"{LINE}\n{line}\n", "utf-8")
    with pytest.raises(UserError) as refusal:
        read_anchor(file)
    told = refusal.value
    assert (told.code, told.where.file, told.where.row) == ("damaged_anchor", str(file)[:120], 2)
    assert told.found and told.expected and told.hint
    assert "\x1b" not in str(told)


def test_an_empty_anchor_holds_nobody_to_anything(tmp_path, history):
    file = tmp_path / "anchor.jsonl"
    file.touch()
    with pytest.raises(UserError) as refusal:
        checked(tmp_path, anchor=file)
    assert (refusal.value.code, refusal.value.where.row) == ("damaged_anchor", None)
    assert checked(tmp_path, write_anchor=file)[0]["ok"]
    assert history.asked == [] and read_anchor(file) == [LATER]


@pytest.mark.parametrize("name", ["absent.jsonl", "."])
def test_an_anchor_that_cannot_be_read_is_refused_before_anything_is_done(name, tmp_path):
    with pytest.raises(MachineError) as refusal:
        checked(tmp_path, anchor=tmp_path / name)
    assert refusal.value.code in ("no_such_file", "is_folder")
    assert not (tmp_path / "data").exists()


def test_an_anchor_beside_what_it_guards_is_refused(tmp_path, history):
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    for folder in ("data", "link"):
        with pytest.raises(UserError) as refusal:
            checked(tmp_path, write_anchor=tmp_path / folder / "anchor.jsonl")
        assert refusal.value.code == "anchor_in_data"
    assert history.asked == []


def test_no_history_is_asked_for_without_audit(tmp_path, history):
    found = api.check(data=tmp_path / "data")
    assert "history" not in found and found["checks"][-1]["id"] != "history"
    assert history.asked == []


def test_a_whole_history_says_how_far_an_anchor_vouches(tmp_path, history):
    check, found = checked(tmp_path, audit=True)
    assert (check["id"], check["ok"], check["repair"]) == ("history", True, None)
    assert "9 changes" in check["message"] and "without an anchor" in check["message"]
    assert found["history"]["head"]["number"] == 9
    file = tmp_path / "anchor.jsonl"
    file.write_text(LINE + "\n", "utf-8")
    check, _ = checked(tmp_path, audit=True, anchor=file)
    assert "the anchor agrees, up to change 3" in check["message"] and history.asked == [MARK]
    history.verdict = ChainVerdict(1, 1, MARK, ())
    said = checked(tmp_path, audit=True)[0]["message"]
    assert "1 change, as it was written; of 1 the contents were erased" in said


def test_without_a_history_there_is_nothing_to_say_unless_an_anchor_knows_better(tmp_path, history):
    file = tmp_path / "anchor.jsonl"
    file.write_text(LINE + "\n", "utf-8")
    history.verdict = None
    check, _ = checked(tmp_path, audit=True)
    assert (check["ok"], check["message"]) == (True, "no changes yet")
    check, _ = checked(tmp_path, anchor=file)
    assert (check["ok"], "number 1" in check["message"]) == (False, True)
    other = tmp_path / "new.jsonl"
    assert "no line" in checked(tmp_path, write_anchor=other)[0]["message"] and not other.exists()


def test_what_is_wrong_is_told_and_no_anchor_is_written(tmp_path, history):
    faults = tuple(ChainFinding(number, "edited") for number in range(1, 8))
    history.verdict = ChainVerdict(9, 0, LATER, faults, 4)
    file = tmp_path / "anchor.jsonl"
    check, found = checked(tmp_path, write_anchor=file)
    assert not check["ok"] and not found["ok"] and not file.exists()
    assert check["message"].startswith("change 1 was edited; change 2 was edited; ")
    assert "and 6 more; no line was added to the anchor" in check["message"]
    assert check["repair"]
    assert found["history"]["findings"][0] == {"number": 1, "fault": "edited"}
    assert found["history"]["more"] == 4


@pytest.mark.parametrize("language", ["nl", "en", "de"])
def test_every_fault_has_words(language, tmp_path, history, capsys):
    said = set()
    for fault in get_args(Fault):
        history.verdict = ChainVerdict(9, 0, LATER, (ChainFinding(4, fault),))
        assert main(["check", "--audit", "--data", str(tmp_path), "--lang", language]) == 12
        line = capsys.readouterr().out.splitlines()[-2]
        assert "4" in line
        said.add(line)
    assert len(said) == len(get_args(Fault))
    assert Texts(language)("geschiedenis") in said.pop()


def test_a_database_that_cannot_be_looked_over_is_a_finding(tmp_path, history):
    history.raises = sqlite3.DatabaseError("database disk image is malformed")
    check, found = checked(tmp_path, audit=True)
    assert not check["ok"] and "not looked over" in check["message"]
    assert "copy" in check["repair"] and found["history"]["changes"] is None
    history.raises = UserError("an earlier version made it", hint="instroom migrate")
    check, _ = checked(tmp_path, audit=True)
    assert check["repair"] == "instroom migrate"
    history.raises = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        checked(tmp_path, audit=True)


def test_the_options_of_the_command_reach_the_audit(tmp_path, history, capsys):
    file, data = tmp_path / "anchor.jsonl", ["--data", str(tmp_path / "data"), "--json"]
    assert main(["check", "--audit", "--write-anchor", str(file), *data]) == 0
    assert main(["check", "--anchor", str(file), *data]) == 0
    assert history.asked == [LATER]
    capsys.readouterr()
    file.write_text("x\n", "utf-8")
    assert main(["check", "--anchor", str(file), *data]) == 12
    told = json.loads(capsys.readouterr().out)["error"]
    assert (told["code"], told["where"]["row"], told["found"]) == ("damaged_anchor", 1, "x")
