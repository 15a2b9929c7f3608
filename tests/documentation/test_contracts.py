"""What ``docs/reference/contracts.md`` promises is what the commands print with ``--json``."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from documentation.kitchen import EXAMS, ROOT, lay
from instroom.cli.main import main

PAGE = ROOT / "docs" / "reference" / "contracts.md"
EFFECT = ["effect", "scores.csv", "--baseline", "voor", "--treatment", "deed_mee", "--groups"]
TRIALS = (
    "study,yes1,n1,yes2,n2\nA,54,240,38,225\nA,10,60,6,62\nC,0,12,3,12\n"
    "D,33,110,20,105\nE,12,40,5,44\nF,,50,4,48\n"
)
COUNTS = ["meta", "trials.csv", "--columns", "yes1,n1,yes2,n2", "--measure"]
POWER = ["power", "--schools", "30", "--pupils", "50", "--icc", "0.15"]
FIGURE = "technical_profile_share.exam.monitor:twente:2023-2024"
#: Per heading of the page, the commands whose answers together have every field.
COMMANDS: dict[str, list[list[str]]] = {
    "error": [["series", "nope"]],
    "read": [["read", EXAMS, "tgs00010.tsv", "scores.csv"]],
    "series": [["series", "technical_profile_share", "--place", "twente"]],
    "kpi": [["kpi"]],
    "pipeline": [["pipeline"]],
    "explain": [["explain", FIGURE]],
    "export": [["export", "observations", "--format", "csv", "--out", "out.csv"]],
    "paper": [["paper", "goals", "--format", "docx", "--out", "doelen.docx"]],
    "check": [["check", "--audit"]],
    "effect": [
        [*EFFECT, "school,klas", "--outcome", "na", "--by", "girl"],
        [*EFFECT, "school", "--outcome", "girl"],
        [*EFFECT, "school", "--outcome", "na", "--link", "chance"],
        [*EFFECT, "school", "--outcome", "na,post"],
    ],
    "compress": [
        ["compress", *EFFECT[1:], "school", "--outcome", "na", "--out", "s.json", "--start", "1"]
    ],
    "reliability": [["reliability", "antwoorden.csv", "--items", "v1,v2,v3,v4", "--reverse", "v3"]],
    "power": [POWER, [*POWER, "--effect", "0.3", "--simulate"]],
    "meta": [[*COUNTS, "RR"], [*COUNTS, "RD", "--cluster", "study"]],
    "protect": [["protect", "figures.json", "--round", "5"]],
}


def paths(document: Any, before: str = "") -> Iterator[str]:
    """Yield the path of every key, such as ``files[].status``."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield before + key
            yield from paths(value, f"{before}{key}.")
    elif isinstance(document, list):
        for value in document:
            yield from paths(value, f"{before.removesuffix('.')}[].")


def promised() -> dict[str, set[str]]:
    """Return the fields in the first column of the tables, per heading of the page."""
    found = {}
    for section in re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        name, _, text = section.partition("\n")
        rows = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
        found[name] = {field for row in rows for field in re.findall(r"`([^`]+)`", row)}
    return {name: fields for name, fields in found.items() if name in COMMANDS}


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kitchen")
    lay(folder)
    header, *rows = (folder / "scores.csv").read_text("utf-8").splitlines()
    chance = [f"{row},{0.6 + 0.01 * (i % 40):.2f}" for i, row in enumerate(rows)]
    (folder / "scores.csv").write_text("\n".join([f"{header},chance", *chance]) + "\n", "utf-8")
    (folder / "trials.csv").write_text(TRIALS, "utf-8")
    pairs = {"A": (4, 16), "B": (25, 31), "C": (14, 22)}
    cells = [
        {"dims": {"school": school, "gender": gender}, "n": n}
        for school, pair in pairs.items()
        for gender, n in zip("mv", pair, strict=True)
    ]
    cells += [{"dims": {"school": school}, "n": sum(pair)} for school, pair in pairs.items()]
    (folder / "figures.json").write_text(json.dumps(cells), "utf-8")
    return folder


@pytest.fixture(scope="module")
def stored(kitchen: Path) -> Path:
    data = kitchen / "data"
    assert main(["read", str(kitchen / EXAMS), "--data", str(data), "--json"]) == 0
    return data


def test_every_contract_has_a_command_and_every_command_a_contract() -> None:
    assert promised().keys() == COMMANDS.keys()
    assert all(promised().values())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_fields_of_a_contract_are_in_the_answers(
    name: str,
    kitchen: Path,
    stored: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No field is promised that nothing prints; no first-level field is printed in silence."""
    monkeypatch.chdir(kitchen)
    data = shutil.copytree(stored, tmp_path / "data")
    seen: set[str] = set()
    capsys.readouterr()
    for words in COMMANDS[name]:
        main([*words, "--json", "--data", str(data)])
        document = json.loads(capsys.readouterr().out)
        assert name == "error" or "error" not in document, document
        seen |= set(paths(document))
    fields = promised()[name]
    assert fields - seen == set()
    assert {path for path in seen if re.fullmatch(r"(\[\]\.)?\w+", path)} - fields == set()
