"""What commands print for people."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from instroom.core.answers import ABSENT
from instroom.core.quantities import Count, Share
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.monitoring.explanation import ExplainAnswer
from instroom.monitoring.pipeline import PipelineAnswer
from instroom.monitoring.series_answer import SeriesAnswer
from instroom.reports import words
from instroom.reports.release_changes import FIRST


def read_lines(found: dict[str, Any], language: str) -> list[str]:
    """Return one line per file, with what was wrong and what to do.

    What is said of a file's contents is in English, labels and all: one refusal, one language.
    """
    t = Texts(language)
    marks = {"read": t("gelezen"), "refused": t("geweigerd"), "unknown": t("onbekend")}
    wide = max(len(word) for word in (*marks.values(), t("bewaard")))
    lines = []
    for file in found["files"]:
        mark = t("bewaard") if file["already"] else marks[file["status"]]
        periods = file["periods"]
        span = " – ".join(dict.fromkeys((*periods[:1], *periods[-1:])))
        rows = "" if file["rows"] is None else t("{n} rijen", n=t.number(file["rows"]))
        facts = [file["source"] or "", span, rows]
        lines.append("  ".join([mark.ljust(wide), file["file"], *filter(None, facts)]))
        room = " " * (wide + 2)
        lines += [f"{room}{w['code']}: {w['message']} ({w['count']})" for w in file["warnings"]]
        if error := file["error"]:
            where = error["where"]
            place = ", ".join(
                f"{key} {where[key]}" for key in ("row", "column", "key") if where[key] is not None
            )
            lines.append(f"{room}{error['message']}" + (f" ({place})" if place else ""))
            for key, name in (("found", "found"), ("expected", "expected"), ("hint", "to do")):
                lines += [f"{room}  {name + ':':<10}{error[key]}"] if error[key] else []
    if rests := found.get("cleaned"):
        lines.append(t("opgeruimd, van een afgebroken opdracht: {names}", names=", ".join(rests)))
    counts = {status: sum(f["status"] == status for f in found["files"]) for status in marks}
    lines.append(
        t(
            "{read} gelezen, {refused} geweigerd, {unknown} onbekend in {seconds} s",
            **counts,
            seconds=t.number(found["seconds"], digits=1),
        )
    )
    return lines


def fetch_lines(found: dict[str, Any], language: str) -> list[str]:
    """Return one line per source, what to do by hand where it failed, and how it went in all."""
    t = Texts(language)
    marks = {
        "fetched": t("opgehaald"),
        "unchanged": t("ongewijzigd"),
        "failed": t("mislukt"),
    }
    lines, silent = [], defaultdict[str, list[str]](list)
    for source in found["sources"]:
        error = source["error"]
        if error and error["code"] == "host_unreachable":
            silent[error["where"]["key"]].append(f"  {source['source']}  {source['url'] or ''}")
            continue
        lines.append(f"{marks[source['status']]:<12} {source['source']}  {source['url'] or ''}")
        if error:
            lines.append(f"             {error['message']}")
            lines += [f"             {error['hint']}"] if error["hint"] else []
    for host, sources in silent.items():
        lines.append(t("Geen verbinding met {host}. Niet opgehaald:", host=host))
        lines += sources
    if silent:
        lines += [
            t("Kijk of je computer verbinding heeft en probeer het opnieuw."),
            t("Of download de bestanden zelf en lees ze in: instroom read MAP"),
        ]
    counts = {status: sum(s["status"] == status for s in found["sources"]) for status in marks}
    lines.append(
        t(
            "{fetched} opgehaald, {unchanged} ongewijzigd, {failed} mislukt in {seconds} s",
            **counts,
            seconds=t.number(found["seconds"], digits=1),
        )
    )
    return lines


def series_lines(found: SeriesAnswer, language: str) -> list[str]:
    """Return a small table of a series."""
    t = Texts(language)
    definition = found.definition
    head = [definition.title]
    if definition.classification:
        head.append(definition.classification)
    lines = [" · ".join(head), *definition.notes, ""]
    for figure in found.series:
        split = " ".join(value for _, value in figure.by)
        name = f"{words.place_name(figure.place, t)} {split}".strip()
        lines.append(f"{name:<28} {figure.period:<10} {_number(figure, t)}")
    return lines


def _number(figure: Figure, t: Texts) -> str:
    if figure.low is None:
        return f"{figure.status}: {words.reason(figure.reason, t)}"
    if figure.denominator is None:
        return t.number(figure.low, figure.high)
    share = t.percent(figure.low, figure.high)
    return f"{share:<16} {_count(figure.numerator, t)} van {_count(figure.denominator, t)}"


def _count(count: Count | int | None, t: Texts) -> str:
    if isinstance(count, Count):
        return t.number(count.low, count.high)
    return t.number(count) if count is not None else "?"


def pipeline_lines(found: PipelineAnswer, language: str) -> list[str]:
    """Return the steps of the pipeline."""
    t = Texts(language)
    lines = [f"{words.place_name(found.place, t)}, {found.date or 'geen datum'} (momentopname)"]
    for step in found.steps:
        if step.count is None:
            lines.append(f"  {step.id:<16} {words.reason(step.reason, t)}")
            continue
        ends = step.share
        text = ""
        if ends is not None:
            low, high = (ends.low, ends.high) if isinstance(ends, Share) else (ends, ends)
            text = f"technisch {t.percent(low, high)}"
        lines.append(f"  {step.id:<16} {_count(step.count, t):>16}  {text}")
    return lines


def explain_lines(found: ExplainAnswer, language: str = "nl") -> list[str]:
    """Return where a figure comes from."""
    t = Texts(language)
    same = {True: "gelijk", False: "NIET GELIJK", None: "niet na te rekenen"}[found.equal]
    lines = [
        found.definition.title,
        f"formule:      {found.formula}",
        f"waarde:       {_between(found.value, t)}",
        f"opnieuw:      {_between(found.recomputed, t)} ({same})",
    ]
    lines += _of_release(found, t)
    lines += [
        f"bestand:      {i.file}, {i.rows} rijen, {i.licence}, sha256 {i.sha256}"
        for i in found.inputs
    ]
    return lines


def _between(value: float | Share | None, t: Texts) -> str:
    """Return a number, or its bounds, at the digits it is compared with."""
    if isinstance(value, Share):
        return f"{_exactly(value.low, t)} – {_exactly(value.high, t)}"
    return "–" if value is None else _exactly(value, t)


def _exactly(value: float, t: Texts) -> str:
    text = f"{value:.12g}"
    return text if t.language == "en" else text.replace(".", ",")


def _of_release(found: ExplainAnswer, t: Texts) -> list[str]:
    """Say of an older figure which release told it, and what changed since."""
    if found.release is ABSENT:
        return []
    number, date = found.release["number"], str(found.release["created"])[:10]
    lines = [t("Uitgave {number} van {date}", number=number, date=date)]
    if found.files == "erased":
        lines.append(t("De bestanden achter dit cijfer zijn sindsdien vervangen of gewist."))
    if found.definition_changed:
        lines.append(t("De definitie is sindsdien veranderd."))
    return lines


def releases_lines(found: dict[str, Any], language: str) -> list[str]:
    """Return the releases, one a line, with how many figures came, went and changed."""
    t = Texts(language)
    lines = [_release_line(one, t) for one in found["releases"]]
    return lines or [t("Er is nog niets uitgerekend.")]


def _release_line(one: Mapping[str, Any], t: Texts) -> str:
    counts = {name: t.number(len(one[name])) for name in ("added", "removed", "changed")}
    named = {"number": one["number"], "date": one["created"][:10], "version": one["version"]}
    if one["number"] == FIRST:
        return t(
            "{number}  {date}  versie {version}: de eerste uitgave, met {added} cijfers",
            **named,
            added=counts["added"],
        )
    return t(
        "{number}  {date}  versie {version}: {added} erbij, {removed} weg, {changed} anders",
        **named,
        **counts,
    )
