"""The municipalities of a region side by side: tile map, and table in the order of names."""

from collections.abc import Mapping

from instroom.core.series import Figure
from instroom.definitions import models, registry
from instroom.drawing import maps
from instroom.reports import sentences, words
from instroom.reports.blocks import FigureBlock, PageLink, PageTable, TableCell
from instroom.reports.documents import parts
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic


def municipalities(writer: PageWriter, topic: Topic) -> FigureBlock | None:
    """Return the tile map of the region's municipalities with its table."""
    t, index = writer.t, writer.index
    definition = registry.regions()[writer.region]
    whole = index.latest(topic, writer.region)
    if whole is None:
        return None
    found = {
        code: next((f for f in index.get(topic, code) if f.period == whole.period), None)
        for code in definition.municipalities
    }
    known = {code: f for code, f in found.items() if f and f.low is not None}
    if not known:
        return None
    tiles = tuple(
        _tile(code, tile, found[code], _address(writer, code))
        for code, tile in definition.municipalities.items()
    )
    values = {"n": len(known), "total": len(tiles), "moment": sentences.moment(whole, t)}
    sentence = (
        t("{n} van de {total} gemeenten heeft hier een cijfer over {moment}.", **values)
        if len(known) == 1
        else t("{n} van de {total} gemeenten hebben hier cijfers over {moment}.", **values)
    )
    share = whole.denominator is not None
    picture = writer.pictures.picture(
        "map",
        f"{topic.code}-{writer.region}-map",
        tiles,
        t("De gemeenten van {region}", region=writer.region_name),
        t("Een tegel per gemeente, ongeveer op zijn plaats op de kaart."),
        unit="share" if share else "count",
    )
    order = sorted(definition.municipalities, key=lambda c: definition.municipalities[c].name)
    named = {c: definition.municipalities[c].name for c in order}
    return FigureBlock(
        "gemeenten",
        f"{t('De gemeenten')} · {parts.heading_of(topic, t)}",
        sentence,
        _absent_words(writer, topic, found),
        picture=picture,
        tables=(_table(writer, topic, named, found, share=share),),
        method=parts.method_of_several(
            writer, topic, [(name, found[c]) for c, name in named.items()], whole.period
        ),
        downloads=(PageLink("SVG", f"picture/{picture.wide}.svg"),),
    )


def _absent_words(writer: PageWriter, topic: Topic, found: Mapping[str, Figure | None]) -> str:
    """Return what the words mean that stand where a number is not; only those that are there."""
    t = writer.t
    silent = [code for code, figure in found.items() if not (figure and figure.numbered)]
    protected = [code for code in silent if (one := found[code]) and one.status == "protected"]
    told = [one for code in silent if (one := found[code]) and code not in protected]
    absent = [_no_school(writer, topic, code) for code in silent if found[code] is None]
    said = []
    if any(absent):
        said.append(t("Geen school: het register kent er geen."))
    if False in absent:
        said.append(
            t(
                "Geen cijfer in dit bestand: er zijn scholen, maar dit jaar staat deze groep er niet bij."
            )
        )
    if None in absent:
        said.append(
            t(
                "Een gemeente zonder cijfer komt dit jaar in dit bestand niet voor met deze groep. Of er scholen staan, is daaraan niet te zien."
            )
        )
    reasons = dict.fromkeys(one.reason for one in told)
    said += [t("Geen cijfer: {reason}.", reason=words.reason(why, t)) for why in reasons]
    word = f"{t('afgeschermd')}: "
    for why in dict.fromkeys(one.reason for code in protected if (one := found[code])):
        said.append(t("Afgeschermd: {reason}.", reason=words.reason(why, t).removeprefix(word)))
    return " ".join([*said, t("De tabel staat op volgorde van naam, niet van cijfer.")])


def _no_school(writer: PageWriter, topic: Topic, code: str) -> bool | None:
    """Whether the register knows no school of this kind there; None when no register was read."""
    indicator = registry.indicators()[topic.indicator]
    known = writer.index.results.facts.get(code)
    if known is None or indicator.place_of != "school":
        return None
    schools = known.primary if indicator.kinds else known.secondary
    return None if schools is None else schools == 0


def _absent(writer: PageWriter, topic: Topic, code: str) -> TableCell:
    """Return why there is no figure: no school only where the register knows none."""
    t = writer.t
    none = _no_school(writer, topic, code)
    return TableCell(t("geen school") if none else t("geen cijfer in dit bestand"), "missing")


def _table(
    writer: PageWriter,
    topic: Topic,
    named: Mapping[str, str],
    found: Mapping[str, Figure | None],
    *,
    share: bool,
) -> PageTable:
    """Return a row per municipality, in the order given."""
    t, pages = writer.t, writer.index.results.places
    rows = tuple(
        (
            TableCell(name, url=f"place/{c}" if c in pages else ""),
            parts.cell(found[c], t) if found[c] else _absent(writer, topic, c),
            *((parts.count_cell(found[c], t),) if share else ()),
        )
        for c, name in named.items()
    )
    columns = (t("Gemeente"), t("Aandeel"), t("Aantal")) if share else (t("Gemeente"), t("Aantal"))
    return PageTable(t("De gemeenten"), columns, rows)


def _address(writer: PageWriter, code: str) -> str:
    """Return the path of a municipality's page; empty when it has none."""
    there = code in writer.index.results.places
    return f"/{writer.t.language}/place/{code}/" if there else ""


def _tile(code: str, tile: models.TilePosition, figure: Figure | None, url: str) -> maps.MapTile:
    return maps.MapTile(
        code,
        tile.abbreviation,
        tile.name,
        tile.column,
        tile.row,
        figure.value if figure else None,
        figure.low if figure else None,
        figure.high if figure else None,
        figure.status if figure else "missing",
        url,
    )
