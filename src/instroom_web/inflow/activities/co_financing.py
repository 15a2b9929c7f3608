"""What companies gave in a calendar year, by initiative: a page, and a file for the accountant.

Only what a company confirmed counts. What it did not answer, or did not agree with, stands apart.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import xlsxwriter
from django.http import Http404, HttpResponse

from instroom.core.printing import inert
from instroom.core.texts import Texts
from instroom_web.accounts.models import Person
from instroom_web.inflow.activities import queries
from instroom_web.inflow.activities.models import Contribution
from instroom_web.inflow.activities.recording import ActivityLine
from instroom_web.inflow.queries import RIGHT
from instroom_web.shared.clock import today

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class GivenByInitiative:
    """What companies gave to one initiative: ``hours`` and ``materials`` (cents) are confirmed.

    ``untold`` counts confirmed contributions of which the company named no hours: the true sum may
    be higher.
    """

    name: str
    confirmed: tuple[Contribution, ...]
    open: tuple[Contribution, ...]

    @property
    def hours(self) -> int:
        """The confirmed hours that were named."""
        return sum(one.hours or 0 for one in self.confirmed)

    @property
    def materials(self) -> int:
        """The confirmed materials that were named, in cents."""
        return sum(one.materials or 0 for one in self.confirmed)

    @property
    def untold(self) -> int:
        """How many confirmed contributions name no hours."""
        return sum(one.hours is None for one in self.confirmed)


@dataclass(frozen=True, slots=True)
class GivenInYear:
    """All of a calendar year."""

    year: int
    initiatives: tuple[GivenByInitiative, ...]


def year_of(given: str | None) -> int:
    """Return the calendar year that was asked for: this one when it is none."""
    try:
        year = int(given or "")
    except ValueError:
        return today().year
    return year if 2000 <= year <= today().year else today().year


def listed(person: Person, year: int, t: Texts) -> GivenInYear:
    """Return what companies did in a calendar year, by initiative."""
    if year != year_of(str(year)):
        raise Http404
    found: dict[str, list[Contribution]] = {}
    for one in queries.contributions_in(person, year):
        initiative = one.activity.initiative
        found.setdefault(initiative.name if initiative else t("geen initiatief"), []).append(one)
    return GivenInYear(
        year,
        tuple(
            GivenByInitiative(
                name,
                tuple(one for one in rows if one.answer == RIGHT),
                tuple(one for one in rows if one.answer != RIGHT),
            )
            for name, rows in found.items()
        ),
    )


def _lines(found: GivenInYear, t: Texts) -> Iterator[list[object]]:
    yield [
        t("Initiatief"), t("Bedrijf"), t("School"), t("Datum"), t("Activiteit"), t("Antwoord"),
        t("Uren"), t("Materialen (euro)"), t("Opmerking"), t("Telt mee"),
    ]  # fmt: skip
    words = {
        "right": t("klopt"), "different": t("iets is anders"), "wrong": t("klopt niet"),
        "": t("geen antwoord"),
    }  # fmt: skip
    for group in found.initiatives:
        for one in (*group.confirmed, *group.open):
            materials = None if one.materials is None else one.materials / 100
            line = [
                group.name, one.company.name, one.activity.school.name,
                one.activity.on.isoformat(), ActivityLine(one.activity, t).kind,
                words.get(one.answer, one.answer), one.hours, materials, one.note,
                t("ja") if one.answer == RIGHT else t("nee"),
            ]  # fmt: skip
            yield [inert(cell) for cell in line]


def file_of(found: GivenInYear, form: str, t: Texts) -> HttpResponse:
    """Return the list as CSV or XLSX; a text never becomes a formula."""
    if form not in _TYPES:
        raise Http404
    lines = list(_lines(found, t))
    body = _xlsx(lines) if form == "xlsx" else _csv(lines)
    name = f"{t('bijdragen')}-{found.year}.{form}"
    return HttpResponse(
        body,
        content_type=_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _csv(lines: list[list[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    return ("\ufeff" + text.getvalue()).encode()


def _xlsx(lines: list[list[object]]) -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, ["" if cell is None else cell for cell in line])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(lines[0]) - 1, 22)
    return buffer.getvalue()
