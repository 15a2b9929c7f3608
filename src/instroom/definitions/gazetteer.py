"""All municipalities of the definition files in one gazetteer."""

from functools import cache

from instroom.core.places import Gazetteer
from instroom.definitions import registry


def gazetteer() -> Gazetteer:
    """Return the municipalities of all countries, overlays included.

    Built once per set of definitions, so that asking again costs nothing.

    Returns
    -------
    Gazetteer
        See :class:`instroom.core.places.Gazetteer`.

    Raises
    ------
    DefinitionError
        When a places file cannot be used.
    DataError
        When the mergers in the files lead nowhere.

    Examples
    --------
    >>> places = gazetteer()
    >>> places.code_of("HENGELO"), places.current("GM0398"), places.name("GM1980")
    ('GM0164', 'GM1980', 'Dijk en Waard')
    """
    return _gazetteer(str(registry.overlay() or ""))


@cache
def _gazetteer(_overlay: str) -> Gazetteer:
    return Gazetteer(
        {
            code: (m.name, m.province, m.corop, tuple(m.names), m.merged_into)
            for places in registry.places().values()
            for code, m in places.municipalities.items()
        }
    )
