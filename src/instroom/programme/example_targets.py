"""What was promised in the invented region: targets, starts and values in every state."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["baseline", "target", "value"]
#: What became of a version: it waits, the second person agreed, or sent it back.
Fate = Literal["waits", "approved", "sent_back"]


@dataclass(frozen=True, slots=True)
class PlannedVersion:
    """One version that somebody of the cast entered; ``before`` is days before the last day."""

    kind: Kind
    yardstick: str
    period: str
    share: float
    author: str
    reason: str
    before: int
    fate: Fate = "waits"
    place: str = ""
    gender: str = ""
    people: int | None = None


_PROFILE = "3_technical_profile:technical_profile_share:exam:"
_STRUCTURAL = "1_school_company_cooperation:structural_cooperation_share::"
_ANY = "1_school_company_cooperation:any_cooperation_share::"


def example_targets(towns: tuple[str, ...], start: int) -> Iterator[PlannedVersion]:
    """Yield the versions in the order in which they were entered.

    Parameters
    ----------
    towns
        Codes of municipalities of the invented region, for targets of their own.
    start
        The year in which the running school year begins.
    """

    def year(n: int) -> str:
        return f"{start + n}-{start + n + 1}"

    def set_(
        kind: Kind, stick: str, n: int, share: float, why: str, **more: object
    ) -> PlannedVersion:
        return PlannedVersion(kind, stick, year(n), share, "peter", why, 200, "approved", **more)  # type: ignore[arg-type]

    agreed = "Besproken met de besturen in de werkgroep."
    for kind, share in (("havo", 0.42), ("vwo", 0.55), ("vmbo", 0.30)):
        yield set_("target", _PROFILE + kind, -3, share, agreed)
        yield set_("target", _PROFILE + kind, 3, round(share + 0.06, 2), agreed)
    yield set_("target", _STRUCTURAL, -1, 0.25, agreed)
    yield set_("target", _STRUCTURAL, 2, 0.40, agreed)
    yield PlannedVersion("target", _ANY, year(2), 0.50, "peter",
        "Ambitie: de helft van de scholen binnen vier jaar.", 40)  # fmt: skip
    mentors = "6_competent_mentors:::"
    yield set_("baseline", mentors, -2, 0.48, "Eerste opgave van 9 scholen.", people=92)
    yield set_("value", mentors, -1, 0.52, "Opgave van 12 scholen in oktober.", people=140)
    yield PlannedVersion("value", mentors, year(-1), 0.55, "peter",
        "Twee scholen verbeterden hun opgave.", 90, "approved", people=148)  # fmt: skip
    yield set_("target", mentors, 2, 0.70, agreed)
    yield PlannedVersion("value", mentors, year(0), 0.57, "peter",
        "Opgave van 14 scholen in oktober.", 8, people=151)  # fmt: skip
    yield PlannedVersion("target", _PROFILE + "havo", year(3), 0.50, "peter",
        "Voorstel om het doel van havo hoger te leggen.", 5)  # fmt: skip
    yield PlannedVersion("target", _PROFILE + "vwo", year(3), 0.80, "peter",
        "Voorstel van de werkgroep vwo.", 30, "sent_back")  # fmt: skip
    yield PlannedVersion("target", _PROFILE + "havo", year(3), 0.44, "anna",
        "Deel van deze gemeente in het doel van havo.", 12, place=towns[0])  # fmt: skip
    yield PlannedVersion("target", _PROFILE + "vmbo", year(3), 0.12, "anna",
        "Meisjes in het vmbo apart.", 12, gender="female")  # fmt: skip
