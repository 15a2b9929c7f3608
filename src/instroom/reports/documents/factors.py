"""What helps pupils to choose technology, who works on it, and what is asked of an activity."""

from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.reports.blocks import Document, Entry, EntryList
from instroom.reports.documents.parts import PageWriter


def factors_page(writer: PageWriter) -> Document:
    """Return every factor, every initiative of the programme outline and every list of answers."""
    t = writer.t
    factors = sorted(registry.factors().values(), key=lambda one: one.number)
    initiatives = registry.known_initiatives().values()
    lists = registry.choices().values()
    blocks = (
        EntryList("factoren", t("Wat helpt"), tuple(_factor(one, t) for one in factors)),
        EntryList(
            "initiatieven",
            t("Wie eraan werkt"),
            tuple(_initiative(one, t) for one in initiatives),
            t("Zo noemt het programma hen. Hoeveel leerlingen zij bereiken, staat hier niet."),
        ),
        EntryList(
            "vragen",
            t("Wat wij van een activiteit vragen"),
            tuple(_list(one, t) for one in lists),
            t("Onderzoek in Oost-Nederland vond dat gewone bedrijfsbezoeken niet veranderen wat "
              "leerlingen van techniek vinden. Er was weinig voorbereid en nabesproken. Daarom "
              "vragen wij daarnaar, en naar wat de leerlingen zelf deden."),
        ),
    )  # fmt: skip
    return Document(
        "factors",
        t.language,
        t("De factoren"),
        "over",
        t("Deze factoren helpen leerlingen om voor techniek te kiezen, zegt het programma."),
        blocks,
        writer.region_name,
        writer.index.results.example,
    )


def _factor(one: models.ProgrammeFactor, t: Texts) -> Entry:
    facts = [(t("Onderzoek"), t(one.research))] if one.research else []
    facts += [(t("Overgangen"), "; ".join(map(t, one.transitions)))] if one.transitions else []
    heading = f"{one.number}. {t(one.title)}"
    return Entry(one.id, heading, (t(one.meaning),), facts=(*facts, (t("Programma"), t(one.seed))))


def _initiative(one: models.KnownInitiative, t: Texts) -> Entry:
    facts = ((t("Onderwijs"), ", ".join(one.sectors)), (t("Programma"), t(one.seed)))
    return Entry(one.id, t(one.title), (t(one.about),), facts=facts)


def _list(one: models.ChoiceList, t: Texts) -> Entry:
    answers = "; ".join(
        t(option.title) + (f" ({', '.join(option.sectors)})" if option.sectors else "")
        for option in one.options
    )
    return Entry(f"answers_{one.id}", t(one.title), facts=((t("Antwoorden"), answers),))
