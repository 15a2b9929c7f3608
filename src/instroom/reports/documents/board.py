"""What the page of a school board says first: its name, and which of its schools are counted."""

from instroom.reports.documents.parts import PageWriter
from instroom.reports.results import PlaceInfo


def board_lead(writer: PageWriter, info: PlaceInfo) -> str:
    """Return how many schools the board has, where, and that all of them are counted.

    The figures of a board are of all its schools in the country; a board is never said to be of
    one municipality or of the region.
    """
    t = writer.t
    name = t("Geen open bestand noemt besturen bij naam; deze naam is van ons, naar de scholen.")
    counted = t("De cijfers tellen alle scholen van dit bestuur in Nederland.")
    known = writer.index.results.facts.get(info.code)
    if known is None or not known.schools:
        return f"{t('Schoolbestuur.')} {counted} {name}"
    if known.schools == 1:
        where = t("Volgens het register heeft dit bestuur één school.")
    elif known.municipalities is None or known.here is None:
        where = t("Volgens het register heeft dit bestuur {n} scholen.", n=known.schools)
    elif known.municipalities == 1:
        where = t(
            "Volgens het register heeft dit bestuur {n} scholen, in één gemeente.", n=known.schools
        )
    else:
        where = t(
            "Volgens het register heeft dit bestuur {n} scholen in {towns} gemeenten; {here} daarvan staan in {region}.",
            n=known.schools,
            towns=known.municipalities,
            here=known.here,
            region=writer.region_name,
        )
    return f"{where} {counted} {name}"
