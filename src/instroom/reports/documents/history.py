"""What a place's numbers do not say by themselves: other codes counted in, and no newer year."""

from collections.abc import Iterable, Iterator, Sequence

from instroom.core import periods
from instroom.core.series import Figure
from instroom.definitions import registry
from instroom.reports import sentences
from instroom.reports.documents import parts
from instroom.reports.documents.parts import LastSeen, PageWriter
from instroom.reports.figure_index import Topic
from instroom.reports.results import PlaceInfo
from instroom.reports.schools_counted import topic_key


def codes_counted(
    writer: PageWriter, topic: Topic, place: str, period: str, name: str = ""
) -> list[str]:
    """Return the codes that a figure of a place was counted under; none when only its own.

    ``name`` is a school type; without it all that are taken together.
    """
    known = writer.index.results.facts.get(place)
    under = known.under if known else {}
    return under.get(topic_key(topic.indicator, topic.stage, name), {}).get(period, [])


def taken_over_words(
    writer: PageWriter, topic: Topic, place: str, years: Iterable[Figure], name: str = ""
) -> str:
    """Return which codes of other schools are counted in these years; empty when there are none."""
    t, found = writer.t, dict[str, list[str]]()
    for figure in years:
        for code in codes_counted(writer, topic, place, figure.period, name):
            if code != place and figure.numbered:
                found.setdefault(code, []).append(figure.period)
    said = []
    for code, counted in found.items():
        first, last = counted[0], counted[-1]
        if first == last:
            said.append(
                t(
                    "In {period} zijn de leerlingen van code {code} meegeteld.",
                    period=first,
                    code=code,
                )
            )
        else:
            said.append(
                t(
                    "In {first} tot en met {last} zijn de leerlingen van code {code} meegeteld.",
                    first=first,
                    last=last,
                    code=code,
                )
            )
    return " ".join(said)


def last_seen(writer: PageWriter, info: PlaceInfo) -> LastSeen | None:
    """Return since when nobody is counted at a school or board; None for one in its newest file.

    The newest file that a school was counted in decides: an older one that is newest of its kind
    says nothing of later years. A figure that is protected is a school that was counted, and so
    are pupils of a type of which there is no figure. Figures that came along with the software
    leave out small years, so there nothing is said. A board is judged only by a file that says
    that it has nobody: of its schools another may have pupils without a figure.
    """
    if info.code not in writer.last_seen:
        with writer.index.reading() as read:
            found = _last_seen(writer, info)
        writer.last_seen[info.code] = (found, frozenset(read))
    found, was_read = writer.last_seen[info.code]
    writer.index.read |= was_read
    return found


def _last_seen(writer: PageWriter, info: PlaceInfo) -> LastSeen | None:
    if writer.index.results.came_along or info.kind == "municipality":
        return None
    every = [
        (topic, seen)
        for indicator in registry.indicators().values()
        for topic in parts.topics(indicator)
        if (seen := _seen(writer, topic, info.code))
    ]
    found = [(topic, *seen) for topic, seen in every if seen[0] != seen[1]]
    if not found:
        return LastSeen(every[0][0], *every[0][1]) if every else None
    last = max(periods.parse(figure.period) for _, figure, _ in found)
    known = writer.index.results.facts.get(info.code)
    if known and known.later and periods.parse(known.later) > last:
        return None
    newest = [one for one in found if periods.parse(one[1].period) == last]
    if any(_newest_of_region(writer, topic) == figure.period for topic, figure, _ in newest):
        return None
    gone = LastSeen(*newest[0])
    return None if info.kind == "board" and gone.empty is None else gone


def _seen(writer: PageWriter, topic: Topic, place: str) -> tuple[Figure, Figure | None] | None:
    """Return the newest figure of a place that counts somebody, and the first empty one later."""
    said = (figure for figure in _all(writer, topic, place) if figure.period)
    figures = sorted(said, key=lambda one: periods.parse(one.period))
    counted = [figure for figure in figures if _somebody(figure)]
    if not counted:
        never = next((figure for figure in figures if figure.numbered), None)
        return (never, never) if never else None
    last = counted[-1]
    later = (f for f in figures if periods.parse(f.period) > periods.parse(last.period))
    return last, next((f for f in later if f.numbered), None)


def _all(writer: PageWriter, topic: Topic, place: str) -> Iterator[Figure]:
    """Yield the figures of a place: of everybody, and of each school type."""
    yield from writer.index.get(topic, place)
    for name in registry.indicators()[topic.indicator].separate:
        yield from writer.index.get(topic, place, school_type=name)


def _somebody(figure: Figure) -> bool:
    if not figure.numbered:
        return figure.status == "protected"
    whole = figure.denominator or figure.numerator
    return whole is not None and whole.high > 0


def _newest_of_region(writer: PageWriter, topic: Topic) -> str:
    """Return the newest year in which anybody of the region was counted."""
    counted = (f for f in _all(writer, topic, writer.region) if f.period and _somebody(f))
    return max((f.period for f in counted), key=periods.parse, default="")


def last_seen_words(writer: PageWriter, seen: LastSeen) -> str:
    """Return since when nobody is in the file, or of when the newest figures are.

    Never that a school is closed: no file that is read says so.
    """
    t, stage = writer.t, parts.stage_of(seen.topic)
    if seen.empty is not None:
        year = sentences.short_period(seen.empty.period, stage)
        return t("Sinds {year} geen leerlingen in het bestand.", year=year)
    year = sentences.short_period(seen.last.period, stage)
    if not seen.last.numbered:
        return t("Na {year} staan hier in de bestanden geen leerlingen.", year=year)
    return t(
        "De nieuwste cijfers zijn van {year}; in nieuwere bestanden staan hier geen leerlingen.",
        year=year,
    )


def not_in_newest(writer: PageWriter, schools: Sequence[PlaceInfo]) -> list[PlaceInfo]:
    """Return the schools or boards without anybody in their newest file."""
    return [info for info in schools if last_seen(writer, info)]
