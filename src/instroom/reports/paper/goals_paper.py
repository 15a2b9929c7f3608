"""The goals of the programme on paper: the sentences of the page, with period and source."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from instroom.core.series import Figure
from instroom.core.texts import Texts, capital
from instroom.definitions import registry
from instroom.reports import goals, sentences, words
from instroom.reports.documents import first_screen, parts
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex, Topic
from instroom.reports.paper.paper import (
    Paper,
    PaperColumn,
    PaperFigure,
    PaperPicture,
    PaperSection,
    PaperTable,
)
from instroom.reports.picture_queue import PictureQueue, draw
from instroom.reports.results import Results

#: Fewer years are read better as a sentence than as a line.
FEWEST_YEARS = 3


def goals_paper(results: Results, language: str, day: date) -> Paper:
    """Return the goals as a paper, from figures that the public may see.

    Parameters
    ----------
    day
        The date on the paper, and in the file that is made of it.
    """
    public = replace(results, published=results.published.shown_to("public"))
    t = Texts(language)
    writer = PageWriter(FigureIndex(public), t, PictureQueue(t, public.example))
    lead = t("Wat het programma wil bereiken, en wat er nu over te zeggen is.")
    states, rows = goals.states(public.published, writer.region), first_screen.judged(writer)
    shas = {sha for state in states for figure in state.known for sha in figure.sources}
    return Paper(
        title=goals.heading(t),
        language=language,
        date=day,
        sender=f"Instroom · {writer.region_name}",
        lead=" ".join((lead, goals.along(t, uncounted=public.uncounted)))
        if public.came_along
        else lead,
        sections=(
            *_in_numbers(states, writer),
            *(_goal(state, rows, writer) for state in states),
            *_files(sorted(shas), writer),
        ),
        mark=t("voorbeeld") if public.example else "",
    )


def _in_numbers(states: list[goals.GoalState], writer: PageWriter) -> Iterator[PaperSection]:
    """Yield the table of all figures, when there are any."""
    t = writer.t
    rows = tuple(
        (
            str(state.kpi.number),
            t(registry.indicators()[figure.indicator].title),
            sentences.moment(figure, t),
            words.amount(figure, t),
        )
        for state in states
        for figure in state.known
    )
    columns = (
        PaperColumn(t("Doel")),
        PaperColumn(t("Cijfer")),
        PaperColumn(t("Periode")),
        PaperColumn(writer.region_name, numeric=True),
    )
    if rows:
        caption = t("Het nieuwste cijfer bij elk doel dat gemeten is")
        yield PaperSection(t("In getallen"), table=PaperTable(caption, columns, rows))


def _goal(
    state: goals.GoalState, rows: Sequence[first_screen.JudgedStage], writer: PageWriter
) -> PaperSection:
    t = writer.t
    mine = [row for row in rows if row.goal.id == state.kpi.id]
    if not state.measured:
        return PaperSection(state.heading(t), state.word(t), paragraphs=(state.why(t),))
    return PaperSection(
        state.heading(t),
        state.word(t),
        paragraphs=tuple(first_screen.verdict_lines(writer, mine)),
        figures=tuple(_figure(figure, t) for figure in state.known),
        picture=_picture(state.known[0], writer),
        sources=tuple(dict.fromkeys(_sources(state.known, writer))),
    )


def _figure(figure: Figure, t: Texts) -> PaperFigure:
    rest = sentences.basis(figure, t)
    name = words.place_name(figure.place, t)
    return PaperFigure(sentences.sentence(figure, name, t), f"{capital(rest)}.")


def _sources(figures: Sequence[Figure], writer: PageWriter) -> Iterator[str]:
    shas = dict.fromkeys(sha for figure in figures for sha in figure.sources)
    for note in parts.sources(writer, tuple(shas)):
        yield f"{note.publisher}, {note.title}, {note.vintage} ({note.licence})"


def _picture(figure: Figure, writer: PageWriter) -> PaperPicture | None:
    """Return the years of a figure as lines, with the country beside them."""
    topic = Topic(figure.indicator, figure.stage, figure.classification)
    around = (figure.place, *writer.beside) if figure.denominator else (figure.place,)
    known = [(writer.name(place), writer.index.known(topic, place)) for place in around]
    series = [(name, figures) for name, figures in known if figures]
    if len(series[0][1]) < FEWEST_YEARS:
        return None
    title = sentences.sentence(figure, writer.name(figure.place), writer.t)
    alternative = _told(series, writer.t)
    picture = parts.lines_picture(
        writer, f"{topic.code}-{figure.place}", series, title, alternative
    )
    jobs = {job.name: job for job in writer.pictures.jobs}
    caption = writer.t(registry.indicators()[figure.indicator].title)
    return PaperPicture(draw(jobs[picture.narrow])[1], alternative, caption) if picture else None


def _told(series: list[tuple[str, list[Figure]]], t: Texts) -> str:
    """Return every number of a picture in words, for who does not see it."""
    lines = (
        f"{name}: {', '.join(f'{f.period} {words.amount(f, t)}' for f in figures)}"
        for name, figures in series
    )
    return t("Lijnen door de jaren. {lines}.", lines="; ".join(lines))


def _files(shas: list[str], writer: PageWriter) -> Iterator[PaperSection]:
    """Yield the files that the figures were counted from, with the start of their digest."""
    t = writer.t
    points = tuple(
        t(
            "{file}, {rows} rijen, sha256 {digest}",
            file=note.file,
            rows=t.number(note.rows),
            digest=note.sha256[:12],
        )
        for note in parts.sources(writer, shas)
    )
    if points:
        yield PaperSection(t("Gebruikte bestanden"), points=points)
