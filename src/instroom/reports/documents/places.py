"""The index of places: by municipality, then by type of school; no ranking."""

from collections.abc import Sequence

from instroom.core.places import normal
from instroom.reports.blocks import (
    Block,
    Document,
    PageLink,
    PlaceChoice,
    PlaceGroup,
    PlaceIndex,
    TextBlock,
)
from instroom.reports.documents.history import not_in_newest
from instroom.reports.documents.parts import PageWriter
from instroom.reports.results import PlaceInfo


def places_page(writer: PageWriter) -> Document:
    """Return the page on which a reader finds a school, a board or a municipality."""
    t, places = writer.t, list(writer.index.results.places.values())
    schools = [p for p in places if p.kind.startswith("school")]
    towns = [p for p in places if p.kind == "municipality"]
    boards = [p for p in places if p.kind == "board"]
    choices = [_municipality(writer, town, schools) for town in _by_name(writer, towns)]
    known = {town.code for town in towns}
    if elsewhere := [s for s in schools if s.municipality not in known]:
        choices.append(_choice(writer, ("elders", t("Gemeente onbekend"), None), elsewhere))
    blocks: list[Block] = []
    if choices:
        blocks.append(PlaceIndex("gemeenten", t("Kies een gemeente"), tuple(choices)))
    if boards:
        gone = not_in_newest(writer, boards)
        here = [board for board in boards if board not in gone]
        listed = (("", here), (t("Zonder leerlingen in het nieuwste bestand"), gone))
        groups = tuple(PlaceGroup(label, _links(writer, mine)) for label, mine in listed if mine)
        count = t("1 bestuur") if len(here) == 1 else t("{count} besturen", count=len(here))
        one = PlaceChoice("besturen", t("Alle schoolbesturen"), count, None, groups)
        blocks.append(PlaceIndex("schoolbesturen", t("Schoolbesturen"), (one,)))
    if not blocks:
        blocks.append(_nothing(writer))
    elif writer.index.results.came_along:
        blocks.append(_came_along(writer))
    return Document(
        "places",
        t.language,
        t("Scholen, besturen en gemeenten"),
        "monitoring",
        t(
            "Op volgorde van naam. Er is geen ranglijst: een aandeel zegt iets over keuzes, niet over hoe goed een school is."
        ),
        tuple(blocks),
        writer.region_name,
        writer.index.results.example,
    )


def _by_name(writer: PageWriter, places: Sequence[PlaceInfo]) -> list[PlaceInfo]:
    return sorted(places, key=lambda p: (normal(writer.name(p.code)), p.code))


def _links(writer: PageWriter, places: Sequence[PlaceInfo]) -> tuple[PageLink, ...]:
    """Return a link per place: its name, and under it what its name does not say of where it is."""
    found = []
    for info in _by_name(writer, places):
        said, where = writer.name(info.code), writer.index.names[info.code]
        town = "" if where.town == writer.name(info.municipality) else where.town
        note = ", ".join(part for part in (where.street, town) if part and part not in said)
        found.append(PageLink(said, f"place/{info.code}", note=note))
    return tuple(found)


def _municipality(writer: PageWriter, town: PlaceInfo, schools: Sequence[PlaceInfo]) -> PlaceChoice:
    t, name = writer.t, writer.name(town.code)
    page = PageLink(t("Cijfers van de gemeente {name}", name=name), f"place/{town.code}")
    here = [school for school in schools if school.municipality == town.code]
    return _choice(writer, (town.code, name, page), here)


def _choice(
    writer: PageWriter, of: tuple[str, str, PageLink | None], schools: Sequence[PlaceInfo]
) -> PlaceChoice:
    """Return one line of the index: secondary schools first; who is in no newest file apart.

    Those are not counted: nobody says that they are still there.
    """
    t, (anchor, heading, page) = writer.t, of
    gone = not_in_newest(writer, schools)
    here = [school for school in schools if school not in gone]
    groups = [
        PlaceGroup(label, _links(writer, mine))
        for label, mine in (
            (t("Voortgezet onderwijs"), [one for one in here if one.kind == "school_vo"]),
            (
                t("Basisscholen en speciale scholen"),
                [one for one in here if one.kind == "school_po"],
            ),
            (t("Zonder leerlingen in het nieuwste bestand"), gone),
        )
        if mine
    ]
    count = {0: t("geen scholen"), 1: t("1 school")}.get(
        len(here), t("{count} scholen", count=len(here))
    )
    return PlaceChoice(anchor, heading, count, page, tuple(groups))


def _came_along(writer: PageWriter) -> TextBlock:
    t = writer.t
    return TextBlock(
        "meegekomen",
        t("Wat hier ontbreekt"),
        (
            t(
                "Dit zijn de cijfers die met Instroom meekomen. Een aandeel staat er alleen als in elk jaar minstens tien leerlingen er wel en minstens tien er niet bij horen; een aantal als het minstens tien is. Lees de bestanden van DUO in om meer te zien."
            ),
        ),
        (PageLink(t("Zo rekenen wij"), "method"),),
    )


def _nothing(writer: PageWriter) -> TextBlock:
    t = writer.t
    return TextBlock(
        "leeg",
        t("Nog geen plaatsen"),
        (t("Lees de bestanden van DUO in om gemeenten en scholen te zien."),),
        (PageLink(t("Zo rekenen wij"), "method"),),
    )
