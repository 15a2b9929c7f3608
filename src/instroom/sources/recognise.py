"""Which publisher's layout a table has: by telling evidence, never by columns that many share.

A layout fits when every key and every measure it needs has its column, at least one of those is
telling, and the cells are codes that the layout can have. The publisher's own id of the dataset
decides between tables with the same columns and codes; without it such a file stays unknown until
somebody says which one it is.
"""

from dataclasses import dataclass, field
from typing import Literal

from instroom.core.errors import SourceError, Where
from instroom.core.messages import Message, joined
from instroom.definitions.models import SourceDefinition
from instroom.sources.evidence import (
    OTHER_PERIOD,
    Match,
    Seen,
    column_index,
    dataset_of,
    enough,
    fits,
    match,
    spelled,
    told,
    whole_header,
)
from instroom.sources.statline import with_labels

#: The share of a header that must be a layout's when one column alone tells it.
_NEARLY_ALL = 0.9

#: Why a table is none of the layouts, when nothing more can be said.
UNKNOWN = Message("no publisher's layout known here has these columns")

#: What speaks against a layout: see :func:`_against`.
Against = Message | Literal[""] | None

#: What a table of StatLine's pages is, and what to do with it.
LABELS = Message(
    "a table of StatLine with labels; fetch it with codes, or read it outside the indicators "
    "with --as cbs:ID"
)

__all__ = ["Recognition", "column_index", "recognise"]


@dataclass(frozen=True, slots=True)
class Recognition:
    """Which layouts a table can be, best first; with none, why not and what it might be.

    More than one stands for equal columns and codes: only national totals can still decide.
    """

    sources: list[SourceDefinition] = field(default_factory=list)
    reason: Message = UNKNOWN
    might: tuple[str, ...] = ()


def recognise(
    table: Seen, sources: list[SourceDefinition], name: str = "", *, chosen: bool = False
) -> Recognition:
    """Return the layouts that a table can be.

    Parameters
    ----------
    table
        The header and the rows, or the first of them.
    name
        Name of the file: a publisher's id of the dataset may stand in it, nothing else counts.
    chosen
        Somebody said which layout it is (``sources`` has one). Then twins do not matter, and a
        table that cannot be it is refused.

    Raises
    ------
    SourceError
        When all telling columns but one are a layout's, or a chosen layout does not fit.
    """
    matches = [match(table.header, spelled(table.header, source)) for source in sources]
    if chosen:
        return Recognition([_held(table, matches[0])])
    full = [m for m in matches if not m.missing and enough(m)]
    fitting: list[Match] = []
    reasons: list[Message] = []
    might: list[str] = []
    for found in full:
        if (why := _against(table, found, name)) is None:
            fitting.append(found)
        elif why:
            reasons.append(why)
            might.append(found.source.id)
    if fitting:
        best = max((m.share, m.wants) for m in fitting)
        return Recognition([m.source for m in fitting if (m.share, m.wants) == best])
    if full:
        why_not = joined("; ", reasons) if reasons else UNKNOWN
        return Recognition([], why_not, tuple(might))
    if with_labels(table.header):
        return Recognition(reason=LABELS)
    near = _near(table, matches)
    if near and len({m.missing for m in near}) == 1:
        raise _cut(table, near)
    if not near and (resembled := _resembled(table, matches)):
        return Recognition(reason=resembled)
    return Recognition(might=tuple(m.source.id for m in near))


def columns_fit(header: list[str], sources: list[SourceDefinition]) -> bool:
    """Return whether a layout has these columns, so that more rows can tell more."""
    found = (match(header, source) for source in sources)
    return any(not m.missing and enough(m) for m in found)


def _thin(table: Seen, found: Match) -> Against:
    """Return what is thin about the evidence of the columns: None for nothing.

    An exact list of dimensions tells; a layout without a column of its own is told by the number
    of rows of the publisher's whole file.
    """
    rules = found.source.recognise
    if rules.exact:
        return None if all(OTHER_PERIOD.fullmatch(c.strip()) for c in found.left) else ""
    if found.telling or 0 < rules.at_least_rows <= len(table):
        return None
    name = found.source.id
    return (
        Message("it could be {name}, but many tables have these columns", name=name)
        if found.share == 1
        else ""
    )


def _against(table: Seen, found: Match, name: str) -> Against:
    """Return what speaks against a layout whose columns fit: None for nothing.

    An empty text means that it is certainly another table, a sentence that it could be this one.
    """
    source = found.source
    own = source.fetch.dataset.casefold() if source.fetch and source.fetch.dataset else ""
    said = dataset_of(table, name, source.publisher)
    if said and own and said != own:
        return ""
    if fits(table, source):
        return ""
    if said and said == own:
        return None
    if (thin := _thin(table, found)) is not None:
        return thin
    if source.recognise.twins and not (source.recognise.contains and told(table, source)):
        others = ", ".join(source.recognise.twins)
        return Message(
            "it could be {id}, or another table with these columns ({others})",
            id=source.id,
            others=others,
        )
    return None if told(table, source) else ""


def _near(table: Seen, matches: list[Match]) -> list[Match]:
    """Return the layouts of which this table has all telling columns but one, the best only."""
    near = [
        m
        for m in matches
        if len(m.missing) == 1
        and m.source.seen == "file"  # of the others a refusal would be too short for the header
        and (m.telling >= 2 or (m.telling == 1 and m.share >= _NEARLY_ALL))
        and m.share >= m.source.recognise.share_known
        and not m.source.recognise.exact
        and (m.missing[0] in m.source.recognise.contains or told(table, m.source))
        and not fits(table, m.source)
    ]
    best = max(((m.share, m.telling) for m in near), default=None)
    return [m for m in near if (m.share, m.telling) == best]


def _resembled(table: Seen, matches: list[Match]) -> Message | None:
    """Say which layout a table resembles that was never seen whole, and what its header is."""
    some = [m for m in matches if m.source.seen == "columns" and m.telling]
    if not some:
        return None
    found = min(some, key=lambda m: (len(m.missing), -m.telling))
    return Message(
        "it resembles '{title}' but has no {missing}; its header is: {header}",
        title=found.source.title,
        missing=", ".join(found.missing),
        header=whole_header(table.header),
    )


def _cut(table: Seen, near: list[Match]) -> SourceError:
    shown = ", ".join(cell.strip()[:24] for cell in table.header[:5])
    titles = " | ".join(f"'{m.source.title}'" for m in near)
    ids = " | ".join(f"'{m.source.id}'" for m in near)
    return SourceError(
        "this looks like {titles}, but a column is missing",
        code="missing_column",
        where=Where(row=1, column=near[0].missing[0]),
        found=shown + (", ..." if len(table.header) > 5 else ""),
        expected=near[0].missing[0],
        hint=Message(
            "fetch the whole file again; if the publisher renamed the column, "
            "add the new name to the source definition {ids}",
            ids=ids,
        ),
        titles=titles,
    )


def _held(table: Seen, found: Match) -> SourceDefinition:
    """Return a chosen layout, or refuse the table that cannot be it."""
    source = found.source
    hint = Message("leave --source out, or name another one: instroom read FILE --source ID")
    if found.missing:
        raise SourceError(
            "this is not '{title}'",
            code="missing_column",
            where=Where(row=1, column=found.missing[0]),
            found=", ".join(cell.strip()[:30] for cell in table.header[:8]),
            expected=", ".join(found.missing[:6]),
            hint=hint,
            title=source.title,
        )
    why = fits(table, source)
    if why:
        raise SourceError(
            "this is not '{title}'",
            code="other_codes",
            found=why,
            expected=Message("the codes of {id}", id=source.id),
            hint=hint,
            title=source.title,
        )
    return source
