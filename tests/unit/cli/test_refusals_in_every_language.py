"""Sixty provoked refusals: one language at a time, and nothing that was never translated.

In the pseudo-language every text of ours stands between brackets. What is left outside is a value:
a word of the command, of the file, or a name from a definition file. Anything else is a sentence
that nobody can translate.
"""

import argparse
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from instroom.cli.main import build, main
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer

_SCORES = "school,class,pupil,treated,pre,post,a,b,c\n" + "".join(
    f"s{i % 6},k{i % 12},p{i},{i % 2},{i % 7},{i % 5 + i % 2},{i % 5},{(i + 1) % 5},{i % 4}\n"
    for i in range(60)
)
_MOMENTS = "school,pupil,treated,time,post\n" + "".join(
    f"s{i % 6},p{i // 2},{i % 6 % 2},{i % 2},{i % 5}\n" for i in range(60)
)
FILES: dict[str, str | bytes] = {
    "scores.csv": _SCORES,
    "moments.csv": _MOMENTS,
    "header.csv": "school,post\n",
    "empty.csv": "",
    "uneven.csv": "school,post\ns1,2\ns1,2,3\n",
    "double.csv": "post,post\n1,2\n",
    "words.csv": _SCORES.replace("\ns3,k3,p3,1,3,4", "\ns3,k3,p3,1,3,veel"),
    "points.csv": "y,v\n0.2,0.1\n1.000,0.2\n0,3,0.1\n",
    "codes.csv": "a,b\n" + "1,2\n2,3\n3,1\n2,2\n" * 6 + "99,3\n",
    "effects.csv": "study,y,v\n" + "".join(f"t{i},0.{i},0.0{i + 1}\n" for i in range(1, 7)),
    "negative.csv": "study,y,v\nt1,0.1,-0.2\nt2,0.2,0.1\n",
    "one.csv": "study,y,v\nt1,0.1,0.2\n",
    "old.xls": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
    "page.html": "<html><body>niet gevonden</body></html>",
    "table.json": "{",
    "cells.json": '{"cells": [{"dims": {"school": "A"}, "n": -4}], "threshold": 5}',
    "list.json": "[]",
    "sums.json": '{"format": "iets"}',
    "broken.zip": b"PK\x03\x04" + b"\0" * 40,
    "broken.gz": gzip.compress(b"a,b\n1,2\n" * 99)[:40],
    "latin.csv": b"school,post\ns\xff\x00\x01,2\n",
}
#: Every line is one refused command; a word that is a name above stands for that file.
REFUSED = """\
read nergens.csv
read empty.csv
read page.html
read table.json
read broken.zip
read broken.gz
read old.xls
read latin.csv
read uneven.csv
read scores.csv
read scores.csv --source duo_vo_exam
read scores.csv --as eurostat
read scores.csv --as nergens:tabel
read scores.csv --period 20x
read scores.csv --max-size veel
fetch duo_niets
fetch --base-url gopher://x
series vo_pupil
series vo_pupils
series vo_pupils --place Amsterdan
series vo_pupils --place GM9999
series vo_pupils --period 2020-2019:2018
series vo_pupils --period gisteren
series vo_pupils --by kleur
series vo_pupils --stage later
series vo_technical_share --classification streng
series vo_pupils --school-type mavos
pipeline --place overal
kpi --place overal
explain vo_pupils
explain vo_pupils:twente:2019-2020
explain vo_pupils:twente:2019-2020 --release 7
releases --keep 3
releases --keep -1
export observations --out uit.csv
export observations --source duo_niets --out uit.csv
compute
compute --place overal
check --datum
effect nergens.csv --outcome post
effect empty.csv --outcome post
effect header.csv --outcome post
effect uneven.csv --outcome post
effect double.csv --outcome post
effect old.xls --outcome post
effect latin.csv --outcome post
effect words.csv --outcome post --baseline pre --treatment treated --groups school
effect scores.csv
effect scores.csv --outcome pots
effect scores.csv --outcome post --baseline post
effect scores.csv --outcome post --treatment c --groups school
effect scores.csv --outcome post --treatment treated --groups school --design slim
effect scores.csv --outcome post --treatment treated --groups school --allocation wens
effect scores.csv --outcome post --design growth
effect scores.csv --outcome post --sheet Blad1
effect moments.csv --outcome post --design did --treatment treated --groups school
effect --from sums.json --outcome post
compress scores.csv --outcome post --out x.json --groups klas
reliability scores.csv --items a
reliability scores.csv --items a,a
reliability scores.csv --items a,d
reliability scores.csv --items a,b,c --reverse pre
reliability scores.csv --items a,b,c --range 5:1
reliability codes.csv --items a,b
power --schools 9 --pupils 9 --icc 2
power --schools nul --pupils 9 --icc .1
power --schools 1 --pupils 9 --icc .1
meta effects.csv
meta effects.csv --effect y --variance w
meta effects.csv --effect y --variance v --estimator slim
meta negative.csv --effect y --variance v
meta one.csv --effect y --variance v
meta effects.csv --measure smd --columns y
protect table.json
protect list.json
protect cells.json
protect nergens.json
onbekend
""".splitlines()
MEASURES = {"PLO", "SMD", "SMDH", "SMCR"}
_OUTSIDE = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]{3,}")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write what the commands are given."""
    folder = tmp_path_factory.mktemp("files")
    for name, content in FILES.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def say(
    line: str, language: str, capsys: pytest.CaptureFixture[str], files: Path
) -> tuple[int, str]:
    """Return the exit code of a command, and all that it said."""
    words = [str(files / word) if word in FILES else word for word in line.split()]
    try:
        code = main([*words, "--lang", language])
    except SystemExit as end:
        code = int(end.code or 0)
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Return what has one name in every language: keys, codes, options, places."""
    definitions = " ".join(file.stem for file in registry.HERE.rglob("*.toml"))
    codes = " ".join(code for one in registry.codes().values() for code in one.codes)
    options = " ".join(_options(build("qps")))
    places = " ".join(gazetteer().name(code) for code in gazetteer())
    known = f"{definitions} {codes} {options} {places} board municipality gender default"
    return (
        set(_WORD.findall(known)) | {"csv", "xlsx", "instroom", "format", "sums", "gzip"} | MEASURES
    )


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
        yield from (str(choice) for choice in action.choices or ())
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _options(sub)


@pytest.mark.parametrize("line", REFUSED)
def test_a_refusal_speaks_one_language(
    line: str,
    files: Path,
    names: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INSTROOM_PSEUDO", "1")
    said = {lang: say(line, lang, capsys, files) for lang in ("nl", "en", "de", "qps")}
    codes = {code for code, _ in said.values()}
    assert len(codes) == 1 and codes <= {0, 2, 10, 11, 12}, said  # 0: an answer that says why not
    assert len({text for _, text in said.values()}) == 4, "two languages say the same"
    given = " ".join(str(FILES.get(word, "")) for word in line.split())
    allowed = names | set(_WORD.findall(f"{line} {given} {files} {tmp_path}"))
    # sentences of definition files are not in the catalogue: they differ by language themselves
    theirs = set(said["nl"][1].splitlines()) - set(said["en"][1].splitlines())
    mine = "\n".join(row for row in said["qps"][1].splitlines() if row not in theirs)
    outside = _OUTSIDE.sub(" ", mine)
    strange = [word for word in _WORD.findall(outside) if word not in allowed]
    assert strange == [], said["qps"][1]


def _helps() -> list[str]:
    choices = next(a for a in build()._actions if a.dest == "command").choices
    return ["", *(name for name in choices or ())]


@pytest.mark.parametrize("command", _helps())
def test_the_help_of_every_command_speaks_one_language(
    command: str,
    files: Path,
    names: set[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("INSTROOM_PSEUDO", "1")
    monkeypatch.setenv("COLUMNS", "400")
    said = {}
    for language in ("nl", "en", "de", "qps"):
        code, said[language] = say(f"{command} --help".strip(), language, capsys, files)
        assert code == 0
    assert len(set(said.values())) == 4
    outside = _OUTSIDE.sub(" ", said["qps"])
    outside = re.sub(r"--[a-z-]+|\{[^}]*\}|\b[A-Z][A-Z0-9_]*\b", " ", outside)  # options, places
    allowed = names | {"instroom", "qps", "json", "eurostat", "indicator", "csv"}
    assert [word for word in _WORD.findall(outside) if word not in allowed] == [], said["qps"]


def test_there_are_sixty() -> None:
    assert len(set(REFUSED)) >= 60
