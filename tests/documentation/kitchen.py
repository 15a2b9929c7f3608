"""What a reader of the documentation has at hand, and how code blocks are run.

Every block of a page runs in the order of the page, in one shell, in a new folder with a new data
directory. Commands are the real ones. What stands in for the outside world: publishers (a server
on this machine with files of invented schools in DUO's layout), ``make`` (asked whether the target
exists; ``make demo`` really runs), and a browser (the pages must answer; then the server stops).
"""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np

from instroom.api import compress

ROOT = Path(__file__).parents[2]
#: Real municipalities of Twente and their neighbours; the schools in them are invented.
TOWNS = ("ALMELO", "BORNE", "ENSCHEDE", "HENGELO", "OLDENZAAL", "DOETINCHEM", "AALTEN")
EXAMS = "examenkandidaten-en-geslaagden-2019-2024.csv"
_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One code block: its language, the file it stands for, its text and its line."""

    language: str
    file: str
    text: str
    line: int


def pages() -> list[Path]:
    """Return every page of documentation of the repository."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "drills").rglob("*.md")]
    return sorted(found)


def blocks(page: Path) -> Iterator[Block]:
    """Yield the code blocks of a page; ``text`` and nameless ones are drawings and output."""
    text = page.read_text("utf-8")
    for found in _FENCE.finditer(text):
        language, _, file = found[1].strip().partition(" ")
        if language in ("", "text"):
            continue
        first = found[2].partition("\n")[0]
        if not file and language == "toml" and first.startswith("# "):
            file = first.removeprefix("# ")
        yield Block(language, file, found[2], text.count("\n", 0, found.start()) + 1)


# --- files that a page says the reader has -------------------------------------------------


@cache
def exams() -> bytes:
    """Return candidates and graduates of invented schools in DUO's layout of 2019-2024.

    As many rows and pupils as a whole country has: an excerpt would not be counted.
    """
    random = np.random.default_rng(2026)
    words = ("EXAMENKANDIDATEN", "GESLAAGDEN", "SLAAGPERC")
    header = [
        *("INSTELLINGSCODE", "VESTIGINGSCODE", "INSTELLINGSNAAM VESTIGING", "GEMEENTENAAM"),
        *("ONDERWIJSTYPE VO", "INSPECTIECODE", "OPLEIDINGSNAAM"),
    ]
    years = [f"{year}-{year + 1}" for year in range(2019, 2024)]
    for year in years:
        for sex in ("MAN", "VROUW", "TOTAAL"):
            header += [f"{word} SCHOOLJAAR {year} - {sex}" for word in words]
    lines = [header]
    towns = (*TOWNS * 6, *["AMSTERDAM"] * 1100)
    programmes = tuple(product(("HAVO", "VWO"), ("N&T", "N&G", "E&M", "C&M")))
    numbers = random.integers(5, 17, (len(towns), len(programmes), len(years), 2))
    for number, town in enumerate(towns):
        code = f"{number // 26:02d}{chr(65 + number % 26)}Q"
        for kind, (school, profile) in enumerate(programmes):
            line = [code, f"{code}00", f"School {code}", town, school, str(50 + kind)]
            line.append(f"{school} - {profile}")
            for men, women in numbers[number, kind].tolist():
                for all_of_them in (men, women, men + women):
                    line += [str(all_of_them), str(all_of_them - 2), "90"]
            lines.append(line)
    return "\r\n".join(";".join(f'"{cell}"' for cell in line) for line in lines).encode() + b"\r\n"


def moves() -> bytes:
    """Return repeaters and movers of invented schools in DUO's layout, which states no year."""
    header = "INSTELLINGSCODE;VESTIGINGSCODE;INSTELLINGSNAAM_VESTIGING;PLAATSNAAM;GEMEENTENUMMER;"
    header += (
        "PROVINCIE;AANTAL_LEERLINGEN;AANTAL_ZITTENBLIJVERS;AANTAL_AFSTROMERS;AANTAL_OPSTROMERS"
    )
    rows = [f"0{n}QQ;0{n}QQ00;School {n};ENSCHEDE;153;Overijssel;400;20;15;12" for n in range(1, 9)]
    return "\r\n".join([header, *rows, ""]).encode()


def pupils() -> bytes:
    """Return scores of invented pupils, under every name that the pages use for a column."""
    random = np.random.default_rng(7)
    names = "school,klas,class,deed_mee,took_part,treat,girl,voor,before,pre,na,after,post"
    lines = [names]
    for school in range(24):
        level, part = random.normal(0, 0.3), school % 2
        for pupil in range(44):
            before = round(float(3 + level + random.normal(0, 0.7)), 3)
            after = round(float(0.6 * before + 1.4 + 0.3 * part + random.normal(0, 0.6)), 3)
            room = f"S{school:02d}{'ab'[pupil % 2]}"
            cells = [f"S{school:02d}", room, room, part, part, part, pupil // 2 % 2]
            lines.append(",".join(map(str, [*cells, *[before] * 3, *[after] * 3])))
    return ("\n".join(lines) + "\n").encode()


def answers() -> bytes:
    """Return answers from 1 to 5 on four questions; the third is put the other way round."""
    random = np.random.default_rng(11)
    lines = ["v1,v2,v3,v4,gender"]
    for pupil in range(200):
        trait = random.normal()
        four = [int(np.clip(round(3 + trait + random.normal(0, 0.8)), 1, 5)) for _ in range(4)]
        four[2] = 6 - four[2]
        lines.append(",".join(map(str, [*four, "jongen" if pupil % 2 else "meisje"])))
    return ("\n".join(lines) + "\n").encode()


def studies() -> bytes:
    """Return effects of eight invented studies with their variances."""
    effects = (0.12, 0.35, 0.2, 0.41, -0.05, 0.28, 0.17, 0.3)
    rows = [f"studie {i},{d},{0.01 + 0.004 * i:.3f}" for i, d in enumerate(effects, 1)]
    return ("\n".join(["study,d,v", *rows]) + "\n").encode()


def known_outside() -> bytes:
    """Return figures that everybody knows already, as ``protect --outside`` reads them."""
    return json.dumps([{"dims": {"school": "A"}, "n": 20}]).encode()


def unemployment() -> bytes:
    """A table of Eurostat that no indicator reads."""
    return b"unit,sex,geo\\TIME_PERIOD\t2022 \t2023 \nPC,F,NL21\t3.4 \t3.1 b\n"


#: Names of files in the documentation, and what they hold.
FILES = {
    "BESTAND": exams,
    "FILE": exams,
    EXAMS: exams,
    "examenkandidaten.csv": exams,
    "map/examenkandidaten.csv": exams,
    f"Downloads/{EXAMS}": exams,
    "2016-07.csv": moves,
    "scores.csv": pupils,
    "leerlingen.csv": pupils,
    "bij-de-ander/leerlingen.csv": pupils,
    "antwoorden.csv": answers,
    "studies.csv": studies,
    "duo.json": known_outside,
    "tgs00010.tsv": unemployment,
    "sleutel.txt": lambda: b"een sleutel van genoeg tekens\n",
}


def lay(folder: Path) -> None:
    """Put all files of :data:`FILES` in a folder, with a school board's file of sums."""
    for name, make in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(make())
    text = (folder / "bij-de-ander" / "leerlingen.csv").read_text("utf-8")
    rows = list(csv.reader(text.splitlines()))
    other = [
        [f"L{cell}" if i in (0, 1, 2) else cell for i, cell in enumerate(r)] for r in rows[89:]
    ]
    lines = [",".join(row) for row in (rows[0], *other)]
    (folder / "bij-de-ander" / "leerlingen.csv").write_text("\n".join(lines) + "\n", "utf-8")
    key = folder / "sleutel.txt"
    for sums in ("linde.json", "sommen.json"):
        compress(
            folder / "bij-de-ander" / "leerlingen.csv",
            outcome="na",
            baseline="voor",
            treatment="deed_mee",
            groups=["school"],
            key=key,
            out=folder / sums,
        )
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "activate").write_text("true\n")


def script(page: Sequence[Block]) -> str:
    """Return one shell script with all blocks of a page, each with its line named first."""
    parts = []
    for block in page:
        parts.append(f"at {block.line}")
        if block.language == "sh":
            parts.append(block.text)
        elif block.language == "python":
            parts.append(_stored("block.py", block.text, append=True) + "\npython block.py")
        elif block.language in ("json", "csv"):
            parts.append(_stored(block.file or f"block.{block.language}", block.text))
        elif block.language == "toml":
            target = f'"${{INSTROOM_DEFINITIONS:-overlay}}/{block.file}"'
            parts.append(_stored(target, block.text) if block.file else "")
        else:
            raise AssertionError(f"line {block.line}: nobody runs a block of '{block.language}'")
    return "\n".join(parts)


def _stored(name: str, text: str, *, append: bool = False) -> str:
    arrow = ">>" if append else ">"
    return (
        f"mkdir -p \"$(dirname {name})\"\ncat {arrow} {name} <<'END-OF-BLOCK'\n{text}END-OF-BLOCK"
    )
