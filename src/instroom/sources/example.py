"""Invented files in DUO's own layouts, for the example region: to learn, to test, to time.

Every school, board and figure is invented. Institution codes start with a 9, which no real
institution has, so that no invented figure carries the name of a real one. The files agree with
each other: who is in year 4 of havo in one file stands for an exam in another.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Literal

import numpy as np

from instroom.core.output_files import output_folder, written
from instroom.definitions import registry

Size = Literal["small", "large"]
Row = list[str]

REGION = "voorbeeld"
#: Exam cohorts by the year in which their last school year starts; later ones are in school.
_YEARS = range(2014, 2026)
_PRIMARY_YEARS = range(1996, 2026)
_STUDY_YEARS = range(2015, 2020)
#: (kind, how many institutions): a region, or about as many rows as the real national files.
_INSTITUTIONS: dict[Size, dict[str, int]] = {
    "small": {"primary": 46, "secondary": 8, "mbo": 2, "hbo": 2, "wo": 1},
    "large": {"primary": 3246, "secondary": 320, "mbo": 540, "hbo": 48, "wo": 50},
}
#: The second digit of each kind's codes: 90AA is secondary, 91AA primary, 97AA mbo.
_FIRST_CODE = {"secondary": 0, "primary": 1, "mbo": 7, "hbo": 8, "wo": 9}
_NAMES = ("Ideeënboom", "Carré", "Passer", "Reünie", "Vlieger", "Coördinaat", "Kompas", "Hefboom")
_BELIEFS = ("Openbaar", "Rooms-Katholiek", "Protestants-Christelijk", "Algemeen bijzonder")
_STRUCTURES = (
    ("VBO/MAVO/HAVO/VWO", ("BL", "KL", "TL", "HAVO", "VWO")),
    ("HAVO/VWO", ("HAVO", "VWO")),
    ("VBO/MAVO", ("BL", "KL", "TL")),
    ("MAVO/HAVO/VWO", ("TL", "HAVO", "VWO")),
)
_COHORT = {"BL": 28, "KL": 38, "TL": 56, "HAVO": 82, "VWO": 64}
_YEARLY_LOSS = 0.985


@dataclass(frozen=True, slots=True)
class Programme:
    """One exam programme: its names in both files and how many boys and girls choose it."""

    code: str
    exam: str
    sector: str
    department: str
    element: str
    name: str
    boys: float
    girls: float
    technical: bool = False


_NO = "N.v.t."
_PROFILES = {
    "NT": "Natuur en Techniek",
    "NG": "Natuur en Gezondheid",
    "EM": "Economie en Maatschappij",
    "CM": "Cultuur en Maatschappij",
    "PIE": "Produceren, installeren en energie",
    "EO": "Economie en ondernemen",
    "ZW": "Zorg en welzijn",
    "-": _NO,
}
#: Route, exam code, exam; sector, department; pupil code, name; boys, girls of 100; technical.
_EXAMS = """
BL|34|VMBO B - techniek|Techniek|PIE|6111|VMBO BB Produceren, installeren en energie|58|6|technical
BL|35|VMBO B - zorg en welzijn|Zorg & Welzijn|ZW|6611|VMBO BB Zorg en welzijn|8|58|
BL|36|VMBO B - economie|Economie|EO|6411|VMBO BB Economie en ondernemen|34|36|
KL|38|VMBO K - techniek|Techniek|PIE|6121|VMBO KB Produceren, installeren en energie|54|5|technical
KL|39|VMBO K - zorg en welzijn|Zorg & Welzijn|ZW|6621|VMBO KB Zorg en welzijn|9|56|
KL|40|VMBO K - economie|Economie|EO|6421|VMBO KB Economie en ondernemen|37|39|
TL|90|VMBO T - techniek|Techniek|-|0470|MAVO/Theor Lw-Profiel Techniek|40|12|technical
TL|91|VMBO T - zorg en welzijn|Zorg & Welzijn|-|0471|MAVO/Theor Lw-Profiel Zorg en Welzijn|9|38|
TL|92|VMBO T - economie|Economie|-|0472|MAVO/Theor Lw-Profiel Economie|44|40|
TL|93|VMBO T - landbouw|Landbouw|-|0473|MAVO/Theor Lw-Profiel Landbouw|7|10|
HAVO|50|HAVO - N&T|-|NT|0370|HAVO Prf Nat/Tech|16|2|technical
HAVO|51|HAVO - N&G|-|NG|0371|HAVO Prf Nat/Gezond|13|22|
HAVO|52|HAVO - E&M|-|EM|0372|HAVO Prf Ec/Maat|42|26|
HAVO|53|HAVO - C&M|-|CM|0373|HAVO Prf Cul/Maat|8|30|
HAVO|54|HAVO - N&T / N&G|-|NT/NG|0374|HAVO Prf Nat/Tech & Nat/Gezond|10|6|technical
HAVO|59|HAVO - E&M / C&M|-|EM/CM|0379|HAVO Prf Ec/Maat & Cul/Maat|11|14|
VWO|60|VWO - N&T|-|NT|0170|VWO-ATH Prf Nat/Tech|20|4|technical
VWO|61|VWO - N&G|-|NG|0171|VWO-ATH Prf Nat/Gezond|16|28|
VWO|62|VWO - E&M|-|EM|0172|VWO-ATH Prf Ec/Maat|36|24|
VWO|63|VWO - C&M|-|CM|0173|VWO-ATH Prf Cul/Maat|5|18|
VWO|64|VWO - N&T / N&G|-|NT/NG|0174|VWO-ATH Prf Nat/Tech & Nat/Gezond|17|14|technical
VWO|69|VWO - E&M / C&M|-|EM/CM|0179|VWO-ATH Prf Ec/Maat & Cul/Maat|6|12|
"""


def _lines(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().split("\n")]


def _programmes() -> dict[str, list[Programme]]:
    found: dict[str, list[Programme]] = {route: [] for route in _COHORT}
    for route, code, exam, sector, parts, element, name, boys, girls, mark in _lines(_EXAMS):
        department = " / ".join(_PROFILES[part] for part in parts.split("/"))
        words = (code, exam, _NO if sector == "-" else sector, department, element, name)
        found[route].append(Programme(*words, float(boys), float(girls), bool(mark)))
    return found


_PROGRAMMES = _programmes()
#: Route -> education in the pupil file, its years, and the last year.
_ROUTES = {
    "BL": ("VMBO BL lj 3-4", (3, 4)),
    "KL": ("VMBO KL lj 3-4", (3, 4)),
    "TL": ("VMBO TL lj 3-4", (3, 4)),
    "HAVO": ("HAVO lj 4-5", (4, 5)),
    "VWO": ("VWO lj 4-6", (4, 5, 6)),
}
_THIRD_YEAR = {"HAVO": ("0300", "HAVO"), "VWO": ("0100", "VWO-ATHENEUMSTROOM")}
#: Students per institution, share of women; sector, domain, qualifications.
_MBO = """
38|0.06|techniek|Techniek en procesindustrie|Technicus engineering/Mechatronicus/Procesoperator
34|0.07|techniek|Bouw en infra|Middenkaderfunctionaris bouw/Timmerman/Monteur elektrotechniek
26|0.04|techniek|Mobiliteit en voertuigen|Autotechnicus/Technisch specialist bedrijfsauto's
40|0.09|economie|Informatie en communicatietechnologie|ICT-beheerder/Applicatieontwikkelaar
44|0.55|economie|Economie en administratie|Managementassistent/Medewerker financiële diensten
62|0.86|zorg en welzijn|Zorg en welzijn|Mbo-Verpleegkundige/Helpende zorg/Onderwijsassistent
24|0.42|groen|Voedsel, natuur en leefomgeving|Hovenier/Dierverzorger
30|0.4|combinatie van sectoren|niet toebedeeld aan Opleidingsdomeinen|Entree
"""
_SECTOR_UNITS = {
    "Techniek en procesindustrie": "Sectorunit techniek en gebouwde omgeving",
    "Bouw en infra": "Sectorunit techniek en gebouwde omgeving",
    "Mobiliteit en voertuigen": "Sectorunit mobiliteit, transport, logistiek, maritiem",
    "Informatie en communicatietechnologie": "Sectorunit creatieve industrie en ICT",
    "Economie en administratie": "Sectorunit zakelijke dienstverlening en veiligheid",
    "Zorg en welzijn": "Sectorunit zorg, welzijn en sport",
    "Voedsel, natuur en leefomgeving": "Sectorunit voedsel, groen en gastvrijheid",
    "niet toebedeeld aan Opleidingsdomeinen": "Bovensectoraal",
}
#: Type, CROHO part, programmes; entrants per programme, share of women.
_HBO = """
bachelor|techniek|Werktuigbouwkunde/HBO-ICT/Elektrotechniek|52|0.14
associate degree|techniek|Engineering|18|0.08
bachelor|economie|Bedrijfskunde/Commerciele Economie/Accountancy|58|0.42
bachelor|onderwijs|Opleiding tot leraar Basisonderwijs|60|0.78
bachelor|gezondheidszorg|Opleiding tot Verpleegkundige/Fysiotherapie|66|0.82
bachelor|gedrag en maatschappij|Social Work/Pedagogiek|54|0.8
"""
_WO = """
bachelor|techniek|Werktuigbouwkunde/Technische Informatica|70|0.24
master|techniek|Mechanical Engineering|30|0.22
bachelor|natuur|Scheikunde/Wiskunde|34|0.36
bachelor|economie|Bedrijfskunde|90|0.4
bachelor|gezondheidszorg|Geneeskunde|80|0.66
bachelor|gedrag en maatschappij|Psychologie/Bestuurskunde|76|0.68
postmaster|onderwijs|Leraar Voorbereidend Hoger Onderwijs in Wiskunde|8|0.5
"""


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality of the example region."""

    code: str
    name: str

    @property
    def number(self) -> str:
        """Its code as DUO writes it, without ``GM``."""
        return self.code.removeprefix("GM")


@dataclass(frozen=True, slots=True)
class School:
    """One location of one institution."""

    brin: str
    location: str
    name: str
    town: Town
    board: str
    belief: str
    kind: str = "BO"
    routes: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The six characters under which DUO counts it."""
        return self.brin + self.location


def write_example(folder: str | Path, *, seed: int = 1, size: Size = "small") -> list[Path]:
    """Write invented files of the example region in DUO's layouts.

    The same seed and size give the same bytes.

    Parameters
    ----------
    folder
        Where to write; made when it is not there.
    seed
        Chooses the noise; every seed is another, equally plausible region.
    size
        ``small``: a region of six municipalities. ``large``: about as many rows as the real
        national files, for timing.

    Returns
    -------
    list of Path
        The files written, by name.

    Raises
    ------
    DefinitionError
        When the example region is not defined.
    """
    folder = output_folder(folder)
    hbo, wo = partial(_higher, "hbo", _HBO), partial(_higher, "wo", _WO)
    makers: list[Callable[[np.random.Generator, Size], dict[str, bytes]]]
    makers = [_secondary, _primary, _mbo, hbo, wo]
    files = []
    for number, make in enumerate(makers):
        for name, data in make(np.random.default_rng([seed, number]), size).items():
            with written(folder / name) as place:
                place.write_bytes(data)
            files.append(folder / name)
    return sorted(files)


def layout_of(path: Path) -> str | None:
    """Return the source of an example file whose columns alone cannot tell; else None."""
    if "schoolvestigingen-basisonderwijs" in path.name:
        return "duo_po_addresses"
    found = re.search(r"eerstejaars-ingeschrevenen-(hbo|wo)-", path.name)
    return f"duo_{found[1]}_entrants" if found else None


def example_towns() -> list[Town]:
    """Return the municipalities of the example region."""
    region = registry.regions()[REGION]
    return [Town(code, tile.name) for code, tile in region.municipalities.items()]


def _province() -> str:
    return registry.places()[REGION].provinces[registry.regions()[REGION].province]


def example_schools(kind: str, size: Size) -> Iterator[School]:
    """Give institutions with one to four locations; the first town has most of them."""
    towns = example_towns()
    order = [town for rank, town in enumerate(towns) for _ in range(max(1, 4 - rank))]
    most = 2 if size == "small" else 5
    for number in range(_INSTITUTIONS[size][kind]):
        brin = example_brin(kind, number)
        town = order[number * 5 % len(order)]
        name = f"Voorbeeldschool {_NAMES[number * 3 % len(_NAMES)]} {town.name}"
        board = f"99{number % (6 if size == 'small' else 200):03d}"
        belief = _BELIEFS[number % len(_BELIEFS)]
        for location in range(1 + number % most):
            spread = number + location
            sort = ("SBO", "SO", "VSO")[spread % 3] if spread % 12 == 11 else "BO"
            structure, routes = _STRUCTURES[spread % len(_STRUCTURES)]
            shown = structure if kind == "secondary" else sort
            yield School(brin, f"{location:02d}", name, town, board, belief, shown, routes)


def example_brin(kind: str, number: int) -> str:
    """Return the code of the so many-th institution of a kind; no real one begins with a 9."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    hundred, rest = divmod(number, 676)
    return f"9{_FIRST_CODE[kind] + hundred}{letters[rest // 26]}{letters[rest % 26]}"


def as_text(header: Row, rows: Iterable[Row]) -> str:
    """Return a table as DUO writes it: semicolons, and the line ends of Windows."""
    return "".join(";".join(row) + "\r\n" for row in (header, *rows))


def _with_strays(text: str, every: int) -> bytes:
    """Put DUO's stray records between the rows: lines that hold only ``""``."""
    lines = text.splitlines(keepends=True)
    chunks = [lines[i : i + every] for i in range(0, len(lines), every)]
    return '""\r\n'.join("".join(chunk) for chunk in chunks).encode()


# --- secondary education -----------------------------------------------------------------


def _secondary(rng: np.random.Generator, size: Size) -> dict[str, bytes]:
    schools = list(example_schools("secondary", size))
    chosen = {(s.code, r): _cohorts(rng, r) for s in schools for r in s.routes}
    return {
        "examenkandidaten-en-geslaagden-2014-2019.csv": _exams_open(rng, schools, chosen),
        "examenkandidaten-en-geslaagden-2019-2024.csv": _exams_hidden(rng, schools, chosen),
        "leerlingen-vo-per-vestiging-naar-onderwijstype-2016.csv": _pupils(schools, chosen, 2016),
        "leerlingen-vo-per-vestiging-naar-onderwijstype-2019.csv": _pupils(schools, chosen, 2019),
        "alle-vestigingen-vo.csv": _addresses(schools, secondary=True).encode("latin-1"),
    }


def _cohorts(rng: np.random.Generator, route: str) -> np.ndarray:
    """Return exam candidates of one school and route: year x programme x (boys, girls)."""
    programmes = _PROGRAMMES[route]
    years = np.arange(len(_YEARS))
    weights = np.array([(p.boys, p.girls) for p in programmes]) / 100
    technical = np.array([p.technical for p in programmes])
    growth = 1 + years[:, None, None] * technical[:, None] * np.array([0.004, 0.015])
    chance = rng.gamma(150 * weights * growth)
    chance /= chance.sum(axis=1, keepdims=True)
    base = _COHORT[route] / 2 * rng.lognormal(sigma=0.25) * _YEARLY_LOSS**years
    people = rng.poisson(base[:, None], (len(years), 2))
    return rng.multinomial(people, chance.transpose(0, 2, 1)).transpose(0, 2, 1)


#: (location, route) -> exam candidates; see :func:`_cohorts`.
Chosen = dict[tuple[str, str], np.ndarray]
Counts = list[list[int]]


def _exam_rows(schools: list[School], chosen: Chosen, start: int) -> Iterator[tuple[Row, Counts]]:
    """Give every school's programmes with five years of boys and girls."""
    first = start - _YEARS.start
    for school in schools:
        for route in school.routes:
            five = chosen[school.code, route][first : first + 5].transpose(1, 0, 2).tolist()
            for programme, counts in zip(_PROGRAMMES[route], five, strict=True):
                key = [school.brin, school.code, school.name, school.town.name.upper()]
                yield [*key, programme.exam.split()[0], programme.code, programme.exam], counts


def _exam_header(first: Row, start: int, groups: Row) -> Row:
    kinds = ("EXAMENKANDIDATEN", "GESLAAGDEN", "SLAAGPERC")
    rest = ["INSTELLINGSNAAM VESTIGING", "GEMEENTENAAM", "ONDERWIJSTYPE VO", "INSPECTIECODE"]
    years = [f"SCHOOLJAAR {year}-{year + 1}" for year in range(start, start + 5)]
    names = [f"{kind} {year} - {group}" for year in years for group in groups for kind in kinds]
    return [*first, *rest, "OPLEIDINGSNAAM", *names]


def _exams_open(rng: np.random.Generator, schools: list[School], chosen: Chosen) -> bytes:
    """Five years until 2018-2019: every count as it is, 67 columns, latin-1."""
    header = _exam_header(
        ["BRIN NUMMER", "VESTIGINGSNUMMER"], 2014, ["MAN", "VROUW", "ONBEKEND", "TOTAAL"]
    )
    rows = []
    for row, candidates in _exam_rows(schools, chosen, 2014):
        passed = rng.binomial(candidates, 0.91).tolist()
        unknown = (rng.random(5) < 0.002).astype(int).tolist()
        for sexes, passing, other in zip(candidates, passed, unknown, strict=True):
            for n, m in zip(_summed(*sexes, other), _summed(*passing, other), strict=True):
                share = f"{100 * m / max(n, 1):.1f}".replace(".", ",").removeprefix("0")
                row += [str(n), str(m), f"{share}%"]
        rows.append(row)
    return as_text(header, rows).encode("latin-1")


def _exams_hidden(rng: np.random.Generator, schools: list[School], chosen: Chosen) -> bytes:
    """Five years from 2019-2020: 1 to 4 is written <5, 52 columns, quoted UTF-8."""
    header = _exam_header(["INSTELLINGSCODE", "VESTIGINGSCODE"], 2019, ["MAN", "VROUW", "TOTAAL"])
    rows = []
    for row, candidates in _exam_rows(schools, chosen, 2019):
        passed = rng.binomial(candidates, 0.92).tolist()
        for sexes, passing in zip(candidates, passed, strict=True):
            for n, m in zip(_summed(*sexes), _summed(*passing), strict=True):
                share = f"{100 * m / max(n, 1):.1f}".removesuffix(".0")
                row += [shown_count(n), shown_count(m), share]
        rows.append(row)
    quoted = ([f'"{cell}"' for cell in row] for row in rows)
    return as_text([f'"{name}"' for name in header], quoted).encode()


def _summed(*parts: int) -> tuple[int, ...]:
    return (*parts, sum(parts))


def shown_count(count: int) -> str:
    """Return a count as DUO shows it: 1 to 4 is ``<5``."""
    return "<5" if 1 <= count <= 4 else str(count)


def _pupils(schools: list[School], chosen: Chosen, year: int) -> bytes:
    """All pupils on 1 October, from the exam cohorts they will belong to, latin-1."""
    extra = ["LWOO INDICATIE"] if year < 2018 else []
    header = ["BRIN NUMMER", "VESTIGINGSNUMMER", "INSTELLINGSNAAM VESTIGING"]
    header += ["PLAATSNAAM VESTIGING", "PROVINCIE VESTIGING"]
    header += ["ONDERWIJSTYPE VO EN LEER- OF VERBLIJFSJAAR", *extra, "VMBO SECTOR", "AFDELING"]
    header += ["ELEMENTCODE", "OPLEIDINGSNAAM"]
    header += [f"LEER- OF VERBLIJFSJAAR {n} - {g}" for n in range(1, 7) for g in ("MAN", "VROUW")]
    rows = []
    for school in schools:
        key = [school.brin, school.location, school.name, school.town.name.upper(), _province()]
        for words, counts in _pupil_rows(school, chosen, year):
            rows.append([*key, words[0], *(["N"] if extra else []), *words[1:], *counts])
    return as_text(header, rows).encode("latin-1")


def _pupil_rows(school: School, chosen: Chosen, year: int) -> Iterator[tuple[Row, Row]]:
    bridge = np.zeros((6, 2), dtype=int)
    for route in school.routes:
        education, years = _ROUTES[route]
        cohorts = chosen[school.code, route]
        last = years[-1]
        everybody = {n: cohorts[year + last - n - _YEARS.start].sum(axis=0) for n in (1, 2, 3)}
        bridge[0] += everybody[1]
        bridge[1] += everybody[2]
        if route in _THIRD_YEAR:
            third = np.zeros((6, 2), dtype=int)
            third[2] = everybody[3]
            yield ["HAVO/VWO lj 3", _NO, _NO, *_THIRD_YEAR[route]], _counts(third)
        for number, programme in enumerate(_PROGRAMMES[route]):
            counts = np.zeros((6, 2), dtype=int)
            for n in years:
                cohort = cohorts[year + last - n - _YEARS.start, number]
                counts[n - 1] = cohort if n == last else cohort + cohort // 12
            words = [education, programme.sector, programme.department]
            yield [*words, programme.element, programme.name], _counts(counts)
    words = ["Brugjaar 1-2", _NO, _NO, "0024", "Ljvb op VWO/HAVO/VMBO-Alle Lw"]
    yield words, _counts(bridge)


def _counts(counts: np.ndarray) -> Row:
    return [str(n) for n in counts.ravel()]


def _addresses(schools: list[School], *, secondary: bool) -> str:
    """Addresses that do not exist: postcodes with a 0, no telephone, no web site."""
    old, new = ["BRIN NUMMER", "VESTIGINGSNUMMER"], ["INSTELLINGSCODE", "VESTIGINGSCODE"]
    post = ["STRAATNAAM", "HUISNUMMER-TOEVOEGING", "POSTCODE", "PLAATSNAAM"]
    areas = ["NODAAL GEBIED", "RPA-GEBIED", "WGR-GEBIED", "COROPGEBIED", "ONDERWIJSGEBIED"]
    areas += ["RMC-REGIO"]
    header = ["PROVINCIE", "BEVOEGD GEZAG NUMMER", *(old if secondary else new)]
    header += ["VESTIGINGSNAAM", *post]
    header += ["GEMEENTENUMMER", "GEMEENTENAAM", "DENOMINATIE", "TELEFOONNUMMER", "INTERNETADRES"]
    header += ["ONDERWIJSSTRUCTUUR"] if secondary else []
    header += [f"{name} CORRESPONDENTIEADRES" for name in post]
    header += [f"{area} {what}" for area in areas for what in ("CODE", "NAAM")]
    header += [] if secondary else ["VAKANTIEREGIO"]
    region = registry.regions()[REGION].title
    rows = []
    for number, school in enumerate(schools):
        place = school.town.name.upper()
        street = [
            "Zaagweg" if secondary else "Passerlaan",
            str(number % 90 + 1),
            f"0{number % 900 + 100} AA",
            place,
        ]
        row = [_province(), school.board, school.brin, school.code, school.name, *street]
        row += [school.town.number, place, school.belief, " " * 10, " " * 80 if secondary else " "]
        row += [school.kind] if secondary else []
        rows.append([*row, *street, *["99", region] * 6, *([] if secondary else ["Noord"])])
    return as_text(header, rows)


# --- primary education -------------------------------------------------------------------


def _primary(rng: np.random.Generator, size: Size) -> dict[str, bytes]:
    schools = list(example_schools("primary", size))
    header = ["INSTELLINGSCODE", "VESTIGINGSCODE", "NAAM_VESTIGING", "SOORT_VESTIGING"]
    header += ["DENOMINATIE_VESTIGING", "BEVOEGD_GEZAG_NUMMER", "GEMEENTECODE_VESTIGING"]
    header += ["GEMEENTENAAM_VESTIGING", *(f"LEERLINGEN_{year}" for year in _PRIMARY_YEARS)]
    rows, still = [], []
    for school in schools:
        counts = _primary_counts(rng, school.kind)
        row = [school.brin, school.code, school.name, school.kind, school.belief, school.board]
        row += [school.town.number.lstrip("0"), school.town.name.upper()]
        rows.append([*row, *(shown_count(int(n)) for n in counts)])
        if counts[-1] and school.kind == "BO":
            still.append(school)
    # DUO writes curly quotes in this file, as cp1252.
    addresses = _addresses(still, secondary=False).replace("Carré", "‘Carré’")
    history = "06.-historisch-overzicht-aantal-leerlingen-per-schoolvestiging.csv"
    return {
        history: as_text(header, rows).encode("utf-8-sig"),
        "02.-alle-schoolvestigingen-basisonderwijs.csv": addresses.encode("cp1252"),
    }


def _primary_counts(rng: np.random.Generator, kind: str) -> np.ndarray:
    """Grow until 2008, shrink after; some schools open late, some close."""
    years = np.arange(len(_PRIMARY_YEARS))
    curve = np.where(years <= 12, 1 + 0.006 * years, 1.072 * _YEARLY_LOSS ** (years - 12))
    base = (190 if kind == "BO" else 60) * rng.lognormal(sigma=0.45)
    counts = rng.poisson(base * curve)
    if rng.random() < 0.06:
        end = int(rng.integers(10, 29))
        counts[end:] = 0
        counts[max(0, end - 3) : end] = counts[max(0, end - 3) : end] // [3, 8, 60]
    elif rng.random() < 0.05:
        counts[: int(rng.integers(3, 20))] = 0
    return counts


# --- after school ------------------------------------------------------------------------


def _mbo(rng: np.random.Generator, size: Size) -> dict[str, bytes]:
    """Students per institution and qualification; empty means not offered, 0 means nobody."""
    header = ["BRIN NUMMER", "SOORTINS", "INSTELLINGSNAAM", "PLAATSNAAM", "TYPE MBO"]
    header += ["KWALIFICATIENIVEAU", "KWALIFICATIE CODE", "KWALIFICATIE NAAM", "MBO SECTOR"]
    header += ["DOMEIN", "SECTORUNIT SBB", "BRIN NUMMER KENNISCENTRUM", "NAAM KENNISCENTRUM"]
    header += [f"{group}{year}" for year in _STUDY_YEARS for group in ("MAN", "VROUW", "TOTAAL")]
    rows = []
    towns = example_towns()
    for number in range(_INSTITUTIONS[size]["mbo"]):
        town = towns[number % len(towns)]
        key = [example_brin("mbo", number), "ROC", f"ROC Voorbeeld {town.name}", town.name.upper()]
        code = 99000
        for students, women, sector, domain, names in _lines(_MBO):
            for level, name in enumerate(names.split("/"), 1 if domain.startswith("niet") else 2):
                code += 1
                words = [str(min(level, 4)), str(code), name, sector, domain, _SECTOR_UNITS[domain]]
                for road, part in (("BBL", 0.4), ("BOLVT", 0.6)):
                    counts = _students(rng, float(students) * part, float(women))
                    rows.append([*key, road, *words, " " * 4, " " * 24, *counts])
    name = "08-deelnemers-per-instelling-en-kwalificatie-2015-2019.csv"
    return {name: _with_strays(as_text(header, rows), 1128 if size == "large" else 17)}


@dataclass(frozen=True, slots=True)
class ExampleStudy:
    """A programme of one institution after school, with how many begin it in a year."""

    kind: str
    brin: str
    name: str
    town: Town
    programme: str
    part: str
    entrants: float


def example_studies(size: Size) -> list[ExampleStudy]:
    """Return the programmes of hbo and wo, under the names that their own files give them."""
    found = []
    for kind, studies, called in (("hbo", _HBO, "Hogeschool"), ("wo", _WO, "Universiteit")):
        for number, town in enumerate(islice(cycle(example_towns()), _INSTITUTIONS[size][kind])):
            for level, part, names, entrants, _ in _lines(studies):
                for name in names.split("/"):
                    place = (
                        kind,
                        example_brin(kind, number),
                        f"{called} Voorbeeld {town.name}",
                        town,
                    )
                    found.append(
                        ExampleStudy(*place, f"{_LETTERS[level]} {name}", part, float(entrants))
                    )
    return found


def example_colleges(size: Size) -> list[tuple[str, str, Town]]:
    """Return the institutions of mbo: code, name, town."""
    towns = example_towns()
    return [
        (
            example_brin("mbo", n),
            f"ROC Voorbeeld {towns[n % len(towns)].name}",
            towns[n % len(towns)],
        )
        for n in range(_INSTITUTIONS[size]["mbo"])
    ]


def _students(rng: np.random.Generator, mean: float, women: float) -> Row:
    since, until = 0, len(_STUDY_YEARS)
    if rng.random() < 0.2:
        since, until = (0, int(rng.integers(1, 5))) if rng.random() < 0.5 else (2, until)
    cells: Row = []
    for number in range(len(_STUDY_YEARS)):
        total = int(rng.poisson(mean))
        female = int(rng.binomial(total, women))
        three = (total - female, female, total)
        cells += [str(n) for n in three] if since <= number < until else ["", "", ""]
    return cells


_LETTERS = {"bachelor": "B", "associate degree": "Ad", "master": "M", "postmaster": "M"}
_FORMS = (("voltijd", 0.85), ("deeltijd", 0.12), ("duaal", 0.03))


def _higher(kind: str, studies: str, rng: np.random.Generator, size: Size) -> dict[str, bytes]:
    """First-year students of hbo or wo, a row for men and one for women."""
    header = ["PROVINCIE", "GEMEENTENUMMER", "GEMEENTENAAM", "SOORT INSTELLING"]
    header += ["TYPE HOGER ONDERWIJS", "BRIN NUMMER ACTUEEL", "INSTELLINGSNAAM ACTUEEL"]
    header += ["CROHO ONDERDEEL", "CROHO SUBONDERDEEL", "OPLEIDINGSCODE ACTUEEL"]
    header += ["OPLEIDINGSNAAM ACTUEEL", "OPLEIDINGSVORM", "GESLACHT", *map(str, _STUDY_YEARS)]
    institution = {"hbo": "Hogeschool", "wo": "Universiteit"}[kind]
    rows = []
    for number, town in enumerate(islice(cycle(example_towns()), _INSTITUTIONS[size][kind])):
        place = [_province(), town.number, town.name, "reguliere inst."]
        school = [example_brin(kind, number), f"{institution} Voorbeeld {town.name}"]
        for words, counts in _higher_rows(studies, rng):
            rows.append([*place, words[0], *school, *words[1:], *counts])
    name = f"03b-eerstejaars-ingeschrevenen-{kind}-domein-voorbeeld-2019.csv"
    return {name: _with_strays(as_text(header, rows), 540 if size == "large" else 31)}


def _higher_rows(studies: str, rng: np.random.Generator) -> Iterator[tuple[Row, Row]]:
    growth = 1.01 ** np.arange(len(_STUDY_YEARS))
    code = 99000
    for level, part, names, entrants, women in _lines(studies):
        for name in names.split("/"):
            code += 1
            words = [level, part, f"n.v.t. ({part})", str(code), f"{_LETTERS[level]} {name}"]
            for form, share in _FORMS:
                for gender, half in (("man", 1 - float(women)), ("vrouw", float(women))):
                    counts = rng.poisson(float(entrants) * share * half * growth)
                    yield [*words, f"{form} onderwijs", gender], _counts(counts)
