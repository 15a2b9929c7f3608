"""The region now: sentences with the country beside them, tile map, pipeline, seven goals."""

from collections.abc import Sequence

from instroom.definitions import registry
from instroom.reports import goals, sentences, words
from instroom.reports.blocks import (
    Block,
    Document,
    Entry,
    PageLink,
)
from instroom.reports.documents import first_screen, parts
from instroom.reports.documents.counting import counting_choice, counting_words
from instroom.reports.documents.municipalities import municipalities
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.pipeline_blocks import pipeline_block
from instroom.reports.figure_index import Topic


def home_page(writer: PageWriter, counting: str = "") -> Document:
    """Return the first page of the region; ``counting`` is what counts, when not the default."""
    t = writer.t
    rows = first_screen.judged(writer, counting)
    choice = counting_choice(writer, counting)
    table = first_screen.verdict_table(writer, rows)
    blocks: list[Block] = [block for block in (choice, table) if block]
    blocks.append(first_screen.goal_lines(writer, rows))
    maps = (municipalities(writer, topic) for topic in _topics_at_home(counting))
    blocks += [place_map for place_map in maps if place_map]
    blocks += [pipeline_block(writer, name, counting) for name in registry.pipelines()]
    return Document(
        f"home/{counting}" if counting else "",
        t.language,
        " – ".join(filter(None, (first_screen.question(writer), counting_words(counting, t)))),
        "over",
        "",
        tuple(blocks),
        writer.region_name,
        writer.index.results.example,
        description=t(
            "Kiezen meer jongeren in {region} voor techniek? Hier staat wat open cijfers zeggen, hoe zeker dat is "
            "en wat we niet weten.",
            region=writer.region_name,
        ),
        opening=first_screen.opening(writer, rows),
    )


def _topics_at_home(counting: str) -> list[Topic]:
    """Return what the first page has a map of, in the order that the indicators say."""
    shown = sorted((i for i in registry.indicators().values() if i.home), key=lambda i: i.home)
    found = [parts.topics(indicator) for indicator in shown]
    return [
        next((t for t in topics if counting and t.classification == counting), topics[0])
        for topics in found
    ]


def goal_entries(writer: PageWriter) -> tuple[Entry, ...]:
    """Return the seven goals with their newest figures, or what is needed."""
    states = goals.states(writer.index.published, writer.region)
    rows = first_screen.judged(writer)
    return tuple(
        _goal_entry(state, [row for row in rows if row.goal.id == state.kpi.id], writer)
        for state in states
    )


def _goal_entry(
    state: goals.GoalState, rows: Sequence[first_screen.JudgedStage], writer: PageWriter
) -> Entry:
    """Return one goal: its verdicts per stage first, as the numbers below take stages together."""
    t = writer.t
    names = {f.place: words.place_name(f.place, t) for f in state.known}
    told = tuple(sentences.with_basis(f, names[f.place], t) for f in state.known)
    links = tuple(
        PageLink(t(registry.indicators()[i].title), f"indicator/{i}") for i in state.kpi.indicators
    )
    return Entry(
        state.kpi.id,
        state.heading(t),
        (*first_screen.verdict_lines(writer, rows), *told) if told else (state.why(t),),
        state.word(t),
        "same" if state.measured else "none",
        links=links,
    )
