"""Make the list of Dutch municipalities from open files.

Usage: ``python scripts/make_places.py DATA_FOLDER``. The folder holds the publishers' files
under ``cbs/`` and ``duo/``; the result is ``src/instroom/definitions/region/places/nl.toml``.

A municipality that no longer has a school in the newest addresses has merged. Into which one
is read from CBS's list (before 2018), and after that from schools that stayed while the code
of their municipality changed: most locations win; when they stand in more than one, that is noted.
"""

import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from instroom.core.places import municipality_code, normal

OUT = Path(__file__).parents[1] / "src/instroom/definitions/region/places/nl.toml"
FROM_YEAR = 2010
ADDRESSES = {
    2013: ["duo/po/po_addresses.csv"],
    2020: ["duo/po/alle-vestigingen-bo.csv", "duo/vo/alle-vestigingen-vo.csv"],
    2026: ["duo/po/02.-alle-schoolvestigingen-basisonderwijs.csv"],
}
SOURCE = (
    "CBS, Woonplaatsen in Nederland 2018 (83958NED) en Gebieden in Nederland 2019 (84378NED), "
    "CC BY 4.0; CBS, gemeentelijke herindelingen tot 2018 (gm_changes_before_2018), CC BY 4.0; "
    "DUO, adressen van schoolvestigingen 2013, omstreeks 2020 en 2026, CC0 1.0; "
    "namen van gemeenten die voor 2013 opgingen in een andere: openbaar bekend"
)

#: province code -> name.
PROVINCES = {
    "PV20": "Groningen",
    "PV21": "Fryslân",
    "PV22": "Drenthe",
    "PV23": "Overijssel",
    "PV24": "Flevoland",
    "PV25": "Gelderland",
    "PV26": "Utrecht",
    "PV27": "Noord-Holland",
    "PV28": "Zuid-Holland",
    "PV29": "Zeeland",
    "PV30": "Noord-Brabant",
    "PV31": "Limburg",
}
PROVINCE_CODES = {name: code for code, name in PROVINCES.items()} | {"Friesland": "PV21"}

#: Names the files do not give with a code, or give in capitals only.
NAMES = {
    "GM0039": "Scheemda",
    "GM0052": "Winschoten",
    "GM0064": "Bolsward",
    "GM0083": "Menaldumadeel",
    "GM0091": "Sneek",
    "GM0104": "Nijefurd",
    "GM0248": "Hengelo (Gld.)",
    "GM0305": "Abcoude",
    "GM0311": "Breukelen",
    "GM0329": "Loenen",
    "GM0333": "Maarssen",
    "GM0364": "Andijk",
    "GM0366": "Anna Paulowna",
    "GM0395": "Harenkarspel",
    "GM0412": "Niedorp",
    "GM0459": "Wervershoof",
    "GM0462": "Wieringen",
    "GM0463": "Wieringermeer",
    "GM0476": "Zijpe",
    "GM0497": "Bodegraven",
    "GM0504": "Dirksland",
    "GM0511": "Goedereede",
    "GM0559": "Middelharnis",
    "GM0563": "Moordrecht",
    "GM0567": "Nieuwerkerk aan den IJssel",
    "GM0571": "Nieuw-Lekkerland",
    "GM0580": "Oostflakkee",
    "GM0595": "Reeuwijk",
    "GM0600": "Rozenburg",
    "GM0683": "Wymbritseradiel",
    "GM0693": "Graafstroom",
    "GM0694": "Liesveld",
    "GM0710": "Wûnseradiel",
    "GM0808": "Lith",
    "GM0885": "Arcen en Velden",
    "GM0905": "Eijsden",
    "GM0918": "Helden",
    "GM0929": "Kessel",
    "GM0934": "Maasbree",
    "GM0936": "Margraten",
    "GM0941": "Meijel",
    "GM0964": "Sevenum",
    "GM0993": "Meerlo-Wanssum",
    "GM1661": "Reiderland",
    "GM1666": "Zevenhuizen-Moerkapelle",
    "GM1921": "De Friese Meren",
    "GM1979": "Eemsdelta",
    "GM1980": "Dijk en Waard",
    "GM1982": "Land van Cuijk",
    "GM1991": "Maashorst",
    "GM1992": "Voorne aan Zee",
    # Two municipalities of one name carry their province.
    "GM0373": "Bergen (NH.)",
    "GM0893": "Bergen (L.)",
}
#: Spellings people use that stand in none of the files. "Bergen" is there twice on purpose:
#: a name of two municipalities decides nothing.
ALSO = {
    "GM0373": ["Bergen"],
    "GM0893": ["Bergen"],
    "GM0518": ["Den Haag"],
    "GM0796": ["Den Bosch"],
    "GM0164": ["Hengelo (Ov.)"],
    "GM1702": ["St. Anthonis"],
    "GM0063": ["Het Bildt"],
}
#: Merged before the list begins, kept because a name of today could be taken for it.
NAMESAKES = {"GM0248"}


class Row(NamedTuple):
    """What the address files say about one municipality."""

    name: str
    province: str
    corop: str


def text(file: Path) -> str:
    """Decode UTF-8, with or without mark, or else the publisher's Windows letters."""
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def rows(file: Path) -> Iterator[dict[str, str]]:
    """Read a semicolon file; column names without blanks at the ends."""
    for row in csv.DictReader(text(file).splitlines(), delimiter=";"):
        yield {str(k).strip(): (v or "").strip() for k, v in row.items() if isinstance(v, str)}


def addresses(folder: Path, year: int) -> Iterator[tuple[str, str, Row]]:
    """Give location code, municipality code and what stands beside it, of one year."""
    for name in ADDRESSES[year]:
        for row in rows(folder / name):
            code = municipality_code(row["GEMEENTENUMMER"])
            if code:
                location = row.get("VESTIGINGSNUMMER") or row["VESTIGINGSCODE"]
                province = PROVINCE_CODES[row["PROVINCIE"]]
                yield (
                    location,
                    code,
                    Row(row["GEMEENTENAAM"], province, f"CR{row['COROPGEBIED CODE']}"),
                )


def spellings(folder: Path) -> dict[str, set[str]]:
    """Collect every name that stands beside a municipality code, in all files."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted((folder / "duo").rglob("*.csv")):
        for row in rows(file):
            keys = {k.upper(): k for k in row}
            number = next((keys[k] for k in keys if re.match(r"GEMEENTE(NUMMER|CODE)", k)), None)
            name = next((keys[k] for k in keys if k.startswith("GEMEENTENAAM")), None)
            if number is None or name is None:
                break
            code = municipality_code(row[number])
            if code and normal(row[name]):
                found[code].add(row[name])
    for row in rows(folder / "cbs/Gebieden_in_Nederland_2019.csv"):
        if row["Code"].startswith("GM"):
            found[row["Code"]].add(row["Naam"])
    return found


def written_names(folder: Path) -> dict[str, str]:
    """Return code -> name in small letters, as CBS writes it, without what sets two apart."""
    names = {
        r["Code"]: r["Naam"]
        for r in rows(folder / "cbs/Gebieden_in_Nederland_2019.csv")
        if r["Code"].startswith("GM")
    }
    for row in rows(folder / "cbs/83958NED_UntypedDataSet_19062020_173456.csv"):
        names[row["Code_3"]] = row["Naam_2"]
    return {code: re.sub(r" \([^)]*\)$", "", name) for code, name in names.items()}


def provinces_2018(folder: Path) -> dict[str, str]:
    """Return municipality -> province on 1 January 2018, as CBS has it."""
    file = folder / "cbs/83958NED_UntypedDataSet_19062020_173456.csv"
    return {row["Code_3"]: row["Code_5"] for row in rows(file)}


def abolished_names(folder: Path) -> dict[str, str]:
    """Return compared name -> written name of all municipalities CBS ever listed."""
    file = folder / "cbs/Regionale_kerncijfers_Nederland_2019.csv"
    return {normal(row["Naam"]): row["Naam"] for row in rows(file)}


def mergers(folder: Path) -> dict[str, str]:
    """Return old code -> next code, from CBS's list."""
    found = {}
    for row in rows(folder / "cbs/gm_changes_before_2018.csv"):
        year = int(row["Bestaan tot"].rpartition("-")[2])
        old, new = row["Oude"], row["Nieuwe"]
        if old != new and (year >= FROM_YEAR or old in NAMESAKES):
            found[old] = new
    return found


def votes(folder: Path, codes_now: set[str]) -> dict[str, Counter[str]]:
    """Count, per vanished municipality, where its school locations stand today."""
    today = {location: code for location, code, _ in addresses(folder, 2026)}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for year in (2020, 2013):
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for location, code, _ in addresses(folder, year):
            if code not in codes_now and location in today:
                counted[code][today[location]] += 1
        for code, counter in counted.items():
            found.setdefault(code, counter)
    return found


def quoted(value: str) -> str:
    """Write a TOML string."""
    return json.dumps(value, ensure_ascii=False)


def other_names(main: str, candidates: set[str]) -> list[str]:
    """Keep the spellings that are compared differently from the main name and each other."""
    kept = {normal(main): main}
    for name in sorted(candidates, key=lambda n: (n.isupper(), n)):
        kept.setdefault(normal(name), name)
    return sorted(name for key, name in kept.items() if key != normal(main))


def make(folder: Path) -> str:
    """Return the whole definition file."""
    seen: dict[str, Row] = {}
    corops: dict[str, str] = {}
    for year in sorted(ADDRESSES):
        for _, code, row in addresses(folder, year):
            seen[code] = row if row.name or code not in seen else seen[code]
        for name in ADDRESSES[year]:
            for line in rows(folder / name):
                corops[f"CR{line['COROPGEBIED CODE']}"] = line["COROPGEBIED NAAM"]
    now = {code for _, code, _ in addresses(folder, 2026)}
    moved, listed, names = votes(folder, now), mergers(folder), written_names(folder)
    known, spelled = abolished_names(folder), spellings(folder)

    lines = []
    for code in sorted({*seen, *listed}):
        following = listed.get(code, "")
        if not following and code not in now:
            following = moved[code].most_common(1)[0][0]
        chain = code
        while chain not in seen:  # no school addresses: the area of the successor
            chain = listed[chain]
        place = seen[chain]
        main = NAMES.get(code) or names.get(code) or known[normal(place.name)]
        others = other_names(main, spelled[code] | set(ALSO.get(code, [])))
        cells = [
            f"name = {quoted(main)}",
            f'province = "{place.province}"',
            f'corop = "{place.corop}"',
        ]
        cells += [f"names = [{', '.join(quoted(name) for name in others)}]"] if others else []
        cells += [f'merged_into = "{following}"'] if following else []
        split = [f"{n} in {to}" for to, n in moved.get(code, Counter()).most_common()]
        note = f"  # school locations now: {', '.join(split)}" if len(split) > 1 else ""
        lines.append(f"{code} = {{ {', '.join(cells)} }}{note}")
    return "\n".join(
        [
            "# Made by scripts/make_places.py; do not edit by hand.",
            "# A municipality that was divided leads to the one with most of its schools.",
            "# One that ended before 2013 has the province and COROP of its successor.",
            "",
            'title = "Gemeenten in Nederland vanaf 2010"',
            f"source = {quoted(SOURCE)}",
            "",
            "[provinces]",
            *(f"{code} = {quoted(name)}" for code, name in PROVINCES.items()),
            "",
            "[corops]",
            *(f"{code} = {quoted(name)}" for code, name in sorted(corops.items())),
            "",
            "[municipalities]",
            *lines,
            "",
        ]
    )


def differences(folder: Path) -> list[str]:
    """Name the municipalities whose province differs between DUO and CBS."""
    cbs = provinces_2018(folder)
    found = {code: row.province for _, code, row in addresses(folder, 2020)}
    return [f"{c}: CBS {cbs[c]}, DUO {p}" for c, p in found.items() if cbs.get(c, p) != p]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source_folder = Path(sys.argv[1])
    OUT.write_text(make(source_folder), "utf-8")
    sys.stderr.write("\n".join(["written", *differences(source_folder)]) + "\n")
