"""The public log of releases in words: what came, went and changed, and why; with a feed."""

from dataclasses import dataclass
from xml.etree import ElementTree

from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.reports.days import date_words
from instroom.reports.release_changes import FIRST
from instroom_web.reports.models import Release

_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One release as readers see it."""

    number: int
    created: str
    date: str
    version: str
    held: bool
    sentence: str
    lines: tuple[str, ...]


def reason_words(t: Texts) -> dict[str, str]:
    """Return per reason why a figure differs."""
    return {
        "new_file": t("nieuw bestand"),
        "changed_file": t("veranderd bestand"),
        "removed_file": t("bestand weg"),
        "new_definition": t("nieuwe definitie"),
        "new_version": t("nieuwe versie van Instroom"),
        "rows": t("hetzelfde bestand, anders gelezen"),
    }


def _line(t: Texts, change: str, reason: str, name: str, count: int) -> str:
    known = registry.indicators()
    values = {
        "title": t(known[name].title) if name in known else name,
        "count": t.number(count),
        "reason": reason_words(t)[reason],
    }
    if change == "added":
        return t("{title}: {count} erbij ({reason})", **values)
    if change == "removed":
        return t("{title}: {count} weg ({reason})", **values)
    return t("{title}: {count} anders ({reason})", **values)


def entry(release: Release, t: Texts) -> LogEntry:
    """Return a release in the language of the reader; the first has nothing to differ from."""
    if release.number == FIRST:
        return _entry(release, t, _first(release, t), ())
    figures = release.counts["figures"]
    lines = [
        _line(t, change, reason, name, count)
        for change, reasons in figures.items()
        for reason, names in reasons.items()
        for name, count in names.items()
    ]
    totals = {
        change: sum(sum(names.values()) for names in figures.get(change, {}).values())
        for change in ("added", "removed", "changed")
    }
    words = {name: t.number(count) for name, count in totals.items()}
    sentence = (
        t("Cijfers: {added} erbij, {removed} weg, {changed} anders.", **words)
        if lines
        else t("Geen cijfer veranderde; de tekst van pagina’s wel.")
    )
    return _entry(release, t, sentence, tuple(lines))


def _first(release: Release, t: Texts) -> str:
    added = release.counts["figures"].get("added", {}).values()
    count = sum(number for names in added for number in names.values())
    return t("De eerste uitgave, met {count} cijfers.", count=t.number(count))


def _entry(release: Release, t: Texts, sentence: str, lines: tuple[str, ...]) -> LogEntry:
    return LogEntry(
        release.number,
        release.created,
        date_words(release.created, t),
        release.version,
        not release.thinned,
        sentence,
        lines,
    )


def atom(entries: list[LogEntry], t: Texts, root: str) -> bytes:
    """Return the log as an Atom feed (RFC 4287); ``root`` is the address of this site."""
    page = f"{root}/{t.language}/changes/"
    feed = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": t.language})
    ElementTree.SubElement(feed, "title").text = t("Wat er veranderde in de cijfers")
    ElementTree.SubElement(feed, "id").text = page
    ElementTree.SubElement(feed, "link", {"rel": "self", "href": f"{page}feed.atom"})
    ElementTree.SubElement(feed, "link", {"href": page})
    ElementTree.SubElement(feed, "updated").text = entries[0].created
    author = ElementTree.SubElement(feed, "author")
    ElementTree.SubElement(author, "name").text = "Instroom"
    for one in entries:
        item = ElementTree.SubElement(feed, "entry")
        ElementTree.SubElement(item, "id").text = f"{page}#release-{one.number}"
        ElementTree.SubElement(item, "title").text = t("Uitgave {number}", number=one.number)
        ElementTree.SubElement(item, "updated").text = one.created
        ElementTree.SubElement(item, "link", {"href": f"{page}#release-{one.number}"})
        ElementTree.SubElement(item, "summary").text = " ".join((one.sentence, *one.lines))
    written: bytes = ElementTree.tostring(feed, "utf-8", xml_declaration=True)
    return written
