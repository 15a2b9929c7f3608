"""The goals of the programme on paper: the sentences of the page, with period and source."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of a goal: its newest figures, verdicts, and lines by the name of the place."""

    state: goals.GoalState
    rows: tuple[first_screen.JudgedStage, ...]
    lines: tuple[tuple[str, list[Figure]], ...]

    def figures(self) -> Iterator[Figure]:
        """Yield every figure that a sentence, a verdict or the picture of this goal uses."""
        yield from self.state.known
        for row in self.rows:
            if row.found.now and row.found.before:
                yield from (row.found.before, row.found.now)
        for _, figures in self.lines:
            yield from figures


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
    told = [_told_of(state, rows, writer) for state in states]
    shas = {sha for one in told for figure in one.figures() for sha in figure.sources}
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
            *(_goal(one, writer) for one in told),
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


def _told_of(
    state: goals.GoalState, rows: Sequence[first_screen.JudgedStage], writer: PageWriter
) -> _Told:
    """Return what is told of a goal; nothing of one that is not measured."""
    if not state.measured:
        return _Told(state, (), ())
    mine = tuple(row for row in rows if row.goal.id == state.kpi.id)
    return _Told(state, mine, _lines(state.known[0], writer))


def _goal(told: _Told, writer: PageWriter) -> PaperSection:
    t, state = writer.t, told.state
    if not state.measured:
        return PaperSection(state.heading(t), state.word(t), paragraphs=(state.why(t),))
    return PaperSection(
        state.heading(t),
        state.word(t),
        paragraphs=tuple(first_screen.verdict_lines(writer, told.rows)),
        figures=tuple(_figure(figure, t) for figure in state.known),
        picture=_picture(state.known[0], told.lines, writer),
        sources=tuple(_sources(told.figures(), writer)),
    )


def _figure(figure: Figure, t: Texts) -> PaperFigure:
    rest = sentences.basis(figure, t)
    name = words.place_name(figure.place, t)
    return PaperFigure(sentences.sentence(figure, name, t), f"{capital(rest)}.")


def _sources(figures: Iterable[Figure], writer: PageWriter) -> Iterator[str]:
    """Yield the tables that figures were counted from, with the first and last year of each."""
    years: dict[tuple[str, str, str], set[str]] = {}
    for figure in figures:
        for note in parts.sources(writer, figure.sources):
            table = (note.publisher, note.title, note.licence)
            years.setdefault(table, set()).add(figure.period)
    for (publisher, title, licence), shown in years.items():
        span = " – ".join(dict.fromkeys((min(shown), max(shown))))
        yield f"{publisher}, {title}, {span} ({licence})"


def _lines(figure: Figure, writer: PageWriter) -> tuple[tuple[str, list[Figure]], ...]:
    """Return the years of a figure, with the country beside them; none when they are too few."""
    topic = _topic(figure)
    around = (figure.place, *writer.beside) if figure.denominator else (figure.place,)
    known = [(writer.name(place), writer.index.known(topic, place)) for place in around]
    lines = tuple((name, figures) for name, figures in known if figures)
    return lines if lines and len(lines[0][1]) >= FEWEST_YEARS else ()


def _topic(figure: Figure) -> Topic:
    return Topic(figure.indicator, figure.stage, figure.classification)


def _picture(
    figure: Figure, lines: Sequence[tuple[str, list[Figure]]], writer: PageWriter
) -> PaperPicture | None:
    """Return the years of a figure as lines; None without any."""
    if not lines:
        return None
    title = sentences.sentence(figure, writer.name(figure.place), writer.t)
    alternative = _in_words(lines, writer.t)
    name = f"{_topic(figure).code}-{figure.place}"
    picture = parts.lines_picture(writer, name, lines, title, alternative)
    jobs = {job.name: job for job in writer.pictures.jobs}
    caption = writer.t(registry.indicators()[figure.indicator].title)
    return PaperPicture(draw(jobs[picture.narrow])[1], alternative, caption) if picture else None


def _in_words(lines: Sequence[tuple[str, list[Figure]]], t: Texts) -> str:
    """Return every number of a picture in words, for who does not see it."""
    said = (
        f"{name}: {', '.join(f'{f.period} {words.amount(f, t)}' for f in figures)}"
        for name, figures in lines
    )
    return t("Lijnen door de jaren. {lines}.", lines="; ".join(said))


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
