"""What commands print for people."""

from collections import defaultdict
from typing import TYPE_CHECKING

from instroom.core.answers import ABSENT
from instroom.core.clock import local_day
from instroom.core.errors import Where, told_parts
from instroom.core.quantities import Count, Share
from instroom.core.series import Figure
from instroom.core.statuses import status_word
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.monitoring.explanation import ExplainAnswer, ExplainedInput, formula_words
from instroom.monitoring.pipeline import OPEN_DATA, PipelineAnswer, steps
from instroom.monitoring.series_answer import SeriesAnswer
from instroom.reports import goals, words
from instroom.reports.rehearsal import ExampleAnswer
from instroom.reports.release_changes import FIRST
from instroom.reports.stored_rows import (
    ComputeAnswer,
    ExportAnswer,
    PaperAnswer,
    ReleaseLine,
    ReleasesAnswer,
)
from instroom.sources.records import CheckAnswer, CheckName, FetchAnswer, FileWarning, ReadAnswer

if TYPE_CHECKING:
    from instroom.reports.export_choice import ExportSize


def read_lines(found: ReadAnswer, language: str) -> list[str]:
    """Return one line per file, with what was wrong and what to do."""
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
        lines += [room + _warning(w, t) for w in file["warnings"]]
        if error := file["error"]:
            where = error["where"]
            place = t.say(Where(None, where["row"], where["column"], where["key"]).words())
            said = t.say(error["message"])
            lines.append(room + (f"{said} ({place})" if place else said))
            parts = told_parts(error["found"], error["expected"], error["hint"], t.say)
            lines += [room + part for part in parts]
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


def _warning(warning: FileWarning, t: Texts) -> str:
    times = " " + t("({n} keer)", n=t.number(warning["count"])) if warning["count"] > 1 else ""
    return t.say(warning["message"]) + times


def fetch_lines(found: FetchAnswer, language: str) -> list[str]:
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
            silent[error["where"]["key"] or ""].append(
                f"  {source['source']}  {source['url'] or ''}"
            )
            continue
        lines.append(f"{marks[source['status']]:<12} {source['source']}  {source['url'] or ''}")
        if error:
            lines.append(f"             {t.say(error['message'])}")
            lines += [f"             {t.say(error['hint'])}"] if error["hint"] else []
    for host, sources in silent.items():
        lines.append(t("Geen verbinding met {host}. Niet opgehaald:", host=host))
        lines += sources
    if silent:
        lines += [
            t("Kijk of uw computer verbinding heeft en probeer het opnieuw."),
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


def series_lines(found: SeriesAnswer, language: str, *, ids: bool = False) -> list[str]:
    """Return a small table of a series; with ``ids`` every line begins with the figure's name."""
    t = Texts(language)
    definition = found.definition
    head = [t(definition.title)]
    if text := definition.classification:
        head.append(t(text))
    lines = [*_example(found, t), " · ".join(head), *(t(n) for n in definition.notes), ""]
    wide = max((len(figure.id) for figure in found.series), default=0)
    for figure in found.series:
        split = " ".join(
            words.part_name(name, value, t, definition.id) for name, value in figure.by
        )
        name = f"{words.place_name(figure.place, t)} {split}".strip()
        first = f"{figure.id:<{wide}}  " if ids else ""
        lines.append(f"{first}{name:<28} {figure.period:<10} {_number(figure, t)}")
    return lines


def _example(found: SeriesAnswer | PipelineAnswer | ExplainAnswer, t: Texts) -> list[str]:
    """Say first of invented figures that they are."""
    return [goals.invented(t)] if found.example else []


def _number(figure: Figure, t: Texts) -> str:
    if figure.low is None:
        return f"{status_word(figure.status, t)}: {words.reason(figure.reason, t)}"
    if figure.denominator is None:
        return t.number(figure.low, figure.high)
    share = t.percent(figure.low, figure.high)
    part, whole = _count(figure.numerator, t), _count(figure.denominator, t)
    return f"{share:<16} " + t("{part} van {whole}", part=part, whole=whole)


def _count(count: Count | int | None, t: Texts) -> str:
    if isinstance(count, Count):
        return t.number(count.low, count.high)
    return t.number(count) if count is not None else "?"


def pipeline_lines(found: PipelineAnswer, language: str, name: str = OPEN_DATA) -> list[str]:
    """Return the steps of the pipeline."""
    t = Texts(language)
    listed = {step.id: step for _, step in steps(registry.pipelines()[name])}
    titles = {key: t(step.title) for key, step in listed.items()}
    wide = max(map(len, titles.values()))
    date = found.date or t("geen datum")
    lines = [
        *_example(found, t),
        f"{words.place_name(found.place, t)}, {date} ({t('momentopname')})",
    ]
    for step in found.steps:
        name = f"  {titles[step.id]:<{wide}} "
        if step.count is None:
            lines.append(name + words.reason(step.reason, t))
            continue
        ends, text, many = step.share, "", _count(step.count, t)
        if ends is not None and step.part is not None:
            many = t("{part} van {whole}", part=_count(step.part, t), whole=many)
            low, high = (ends.low, ends.high) if isinstance(ends, Share) else (ends, ends)
            does = t(registry.indicators()[listed[step.id].indicator].verb)
            text = t("{share} {does}", share=t.percent(low, high), does=does)
            text += f" ({step.period})" if step.followed else ""
        lines.append(f"{name}{many:>26}  {text}".rstrip())
    return lines


def explain_lines(found: ExplainAnswer, language: str = "nl") -> list[str]:
    """Return where a figure comes from."""
    t = Texts(language)
    same = {True: t("gelijk"), False: t("NIET GELIJK"), None: t("niet na te rekenen")}[found.equal]
    facts = [
        (t("waarde:"), _between(found.value, t)),
        (t("opnieuw:"), f"{_between(found.recomputed, t)} ({same})"),
    ]
    if found.value is None and found.recomputed is None:
        word, reason = status_word(found.status, t), words.reason(found.reason, t)
        facts = [(t("waarde:"), f"{word}: {reason}")]
    if found.formula:
        facts.insert(0, (t("formule:"), formula_words(found.formula, t)))
    files = [(t("bestand:"), _input(one, t)) for one in found.inputs]
    wide = max(len(name) for name, _ in (*facts, *files)) + 1
    lines = [*_example(found, t), t(found.definition.title)]
    lines += [f"{name:<{wide}}{said}" for name, said in facts]
    lines += _of_release(found, t)
    return lines + [f"{name:<{wide}}{said}" for name, said in files]


def _input(one: ExplainedInput, t: Texts) -> str:
    rows = t("{n} rijen", n="–" if one.rows is None else t.number(one.rows))
    if one.kind == "rows":
        state = t("stand van {moment}", moment=one.vintage or "")
        return f"{state}, {rows}, sha256 {one.sha256}"
    return f"{one.file}, {rows}, {one.licence}, sha256 {one.sha256}"


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
    number, date = found.release["number"], local_day(str(found.release["created"]))
    lines = [t("Uitgave {number} van {date}", number=number, date=date)]
    if found.files == "erased":
        lines.append(t("De bestanden achter dit cijfer zijn sindsdien vervangen of gewist."))
    if found.definition_changed:
        lines.append(t("De definitie is sindsdien veranderd."))
    return lines


def releases_lines(found: ReleasesAnswer, language: str) -> list[str]:
    """Return the releases, one a line, with how many figures came, went and changed."""
    t = Texts(language)
    lines = [_release_line(one, t) for one in found["releases"]]
    return lines or [t("Er is nog niets uitgerekend.")]


def _release_line(one: ReleaseLine, t: Texts) -> str:
    counts = {name: t.number(len(one[name])) for name in ("added", "removed", "changed")}
    named = {"number": one["number"], "date": local_day(one["created"]), "version": one["version"]}
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


def export_lines(found: ExportAnswer, language: str) -> list[str]:
    """Return how many observations are in which file."""
    t = Texts(language)
    line = t("{n} waarnemingen in {file}", n=t.number(found["rows"]), file=found["file"])
    kept = t(
        "{n} waarnemingen staan er niet in: die gaan over tegenslag van leerlingen op één school.",
        n=t.number(found["withheld"]),
    )
    return [_replaced(line, t, replaced=found["replaced"]), *([kept] if found["withheld"] else [])]


def size_line(size: "ExportSize", language: str) -> str:
    """Return how large an export will be."""
    t = Texts(language)
    return t(
        "ongeveer {mb} MB: {rows} waarnemingen uit {files} bestanden",
        mb=t.number(size.bytes / 1_000_000, digits=1),
        rows=t.number(size.rows),
        files=t.number(size.files),
    )


def paper_lines(found: PaperAnswer, language: str) -> list[str]:
    """Return which file was written, how large it is, and whose figures are in it."""
    t = Texts(language)
    line = t("{file}, {size} kB", file=found["file"], size=t.number(found["bytes"] / 1000))
    uncounted = found["uncounted"]
    rest = [goals.invented(t)] if found["example"] else []
    rest += [goals.along(t, uncounted=uncounted)] if found["came_along"] else []
    return [_replaced(line, t, replaced=found["replaced"]), *rest]


def _replaced(line: str, t: Texts, *, replaced: bool) -> str:
    """Say after a file's name that it took the place of another."""
    return f"{line} {t('(vervangen)')}" if replaced else line


def compute_lines(found: ComputeAnswer, language: str) -> list[str]:
    """Return how much was made, and how long it took."""
    t = Texts(language)
    counts = {name: t.number(found[name]) for name in ("figures", "documents", "pictures")}
    return [
        t(
            "{figures} cijfers, {documents} pagina's, {pictures} tekeningen in {seconds} s",
            **counts,
            seconds=t.number(found["seconds"], digits=1),
        )
    ]


def example_lines(found: ExampleAnswer, language: str) -> list[str]:
    """Return the files that were written, and what to do with them."""
    t = Texts(language)
    return [*found["files"], t("Nu: instroom example --run, of instroom read en compute")]


def rehearsal_lines(found: ExampleAnswer, language: str) -> list[str]:
    """Return what came of the files of the invented region."""
    t = Texts(language)
    done = found["compute"]
    return [
        t(
            "{files} bestanden van een verzonnen streek gelezen; "
            "{figures} cijfers, {documents} pagina's in {data}",
            files=t.number(len(found["files"])),
            figures=t.number(done["figures"]),
            documents=t.number(done["documents"]),
            data=found["data"],
        )
    ]


def check_lines(found: CheckAnswer, language: str) -> list[str]:
    """Return one line per thing that was looked at, with what to do where it is not right."""
    t = Texts(language)
    good, wrong = t("goed"), t("FOUT")
    names: dict[CheckName, str] = {
        "definitions": t("definities"),
        "data_directory": t("gegevensmap"),
        "snapshots": t("originelen"),
        "observations": t("waarnemingen"),
        "sources": t("bronnen"),
        "leftovers": t("resten"),
        "database": t("database"),
        "history": t("geschiedenis"),
    }
    wide = max(len(good), len(wrong))
    lines = []
    for one in found["checks"]:
        mark = good if one["ok"] else wrong
        lines.append(f"{mark:<{wide}} {names[one['id']]}: {t.say(one['message'])}")
        if one["repair"] and not one["ok"]:
            lines.append(f"{'':<{wide}} {t.say(one['repair'])}")
    return lines
