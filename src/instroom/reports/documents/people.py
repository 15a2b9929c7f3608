"""Who sees what of the programme, and when a cooperation counts: as their definitions say it."""

from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.definitions.models import Ability
from instroom.reports.blocks import Document, Entry, EntryList
from instroom.reports.documents.parts import PageWriter


def roles_page(writer: PageWriter) -> Document:
    """Return every role with what it sees and does, and every ladder with its steps."""
    t = writer.t
    roles = tuple(_role(one, t) for one in registry.roles().values())
    ladders = tuple(
        EntryList(one.id, t(one.title), tuple(_rung(one, rung, t) for rung in one.rungs))
        for one in registry.ladders().values()
    )
    return Document(
        "roles",
        t.language,
        t("Wie ziet wat"),
        "over",
        t(
            "Wie inlogt, heeft een rol. Hier staat wat elke rol ziet en doet, en wanneer een "
            "samenwerking meetelt."
        ),
        (EntryList("rollen", t("Rollen"), roles), *ladders, *_yearly(t)),
        writer.region_name,
        writer.index.results.example,
    )


def _role(role: models.Role, t: Texts) -> Entry:
    kinds = [t(registry.organisation_kinds()[name].title) for name in role.organisation_kinds]
    reach = ", ".join(kinds) or t("de hele regio")
    may = "; ".join(_abilities(t)[name] for name in role.may) or t("niets")
    way = t("een code en een passkey") if role.second_factor else t("een code per mail")
    return Entry(
        role.id,
        t(role.title),
        (t(role.description),),
        facts=((t("Bereik"), reach), (t("Mag"), may), (t("Logt in met"), way)),
    )


def _abilities(t: Texts) -> dict[Ability, str]:
    return {
        "see_schools": t("scholen en hun samenwerkingen zien"),
        "record_cooperation": t("samenwerkingen vastleggen"),
        "ask_confirmation": t("om een bevestiging vragen"),
        "see_history": t("de geschiedenis zien"),
    }


def _yearly(t: Texts) -> tuple[EntryList, ...]:
    """Return what schools state once a year, and what counts as competent in it."""
    asked = tuple(
        Entry(
            f"yearly_{one.id}",
            t(one.title),
            (t(one.lead), t(one.published)),
            facts=(
                (t("Onderwijs"), ", ".join(one.sectors)),
                (t("Vragen"), " ".join(t(question.title) for question in one.questions)),
                (t("Programma"), t(one.seed)),
            ),
        )
        for one in registry.yearly_questions().values()
    )
    known = tuple(
        Entry(
            f"competence_{one.id}",
            t(one.title),
            (t(one.counts) if one.counts else t("Wat hierin meetelt, is nog niet bekend."),),
            facts=((t("Programma"), t(one.seed)),),
        )
        for one in registry.competences().values()
    )
    return (
        EntryList("jaarlijks", t("Wat scholen elk jaar opgeven"), asked),
        EntryList("bekwaam", t("Wie bekwaam is"), known),
    )


def _rung(ladder: models.Ladder, rung: models.LadderRung, t: Texts) -> Entry:
    asked = " ".join(t(ladder.conditions[name].met) for name in rung.conditions)
    facts = ((t("Voorwaarden"), asked),) if asked else ()
    return Entry(f"{ladder.id}_{rung.id}", t(rung.title), (t(rung.meaning),), facts=facts)
